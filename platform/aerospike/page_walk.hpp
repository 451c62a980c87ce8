// One page of a walk over all partitions, each node being asked for the share it holds.
#pragma once
#include "platform/aerospike/client.hpp"
#include "platform/aerospike/worker.hpp"

namespace qm::aerospike {

// As Client::query_page. The arguments outlive the task.
Task<Result<Page>> walk_page(Worker& worker, const Query& query, const std::string& cursor, std::size_t limit,
                             const ReadOptions& options);

}  // namespace qm::aerospike
