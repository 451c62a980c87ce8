// Many records in one request per node.
#pragma once
#include "platform/aerospike/client.hpp"
#include "platform/aerospike/worker.hpp"

namespace qm::aerospike {

using BatchRecords = std::vector<std::optional<Record>>;

// One slot per key, in order; nullopt where there is no record. What fails is asked again of other replicas, alone.
// The arguments outlive the task.
Task<Result<BatchRecords>> read_batch(Worker& worker, const std::string& name_space, const std::vector<Key>& keys,
                                      const std::vector<std::string>& bins, const ReadOptions& options);

}  // namespace qm::aerospike
