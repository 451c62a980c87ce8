// What the host counts, as metrics: requests, connections, jobs, the cluster's client, the process itself.
#pragma once
#include <vector>

#include "platform/aerospike/client.hpp"
#include "platform/core/clock.hpp"
#include "platform/http/server.hpp"
#include "platform/jobs/queue.hpp"
#include "platform/metrics/metrics.hpp"

namespace qm::service {

std::vector<metrics::Family> request_families(const std::vector<http::EndpointStats>& stats,
                                              std::size_t open_connections);
std::vector<metrics::Family> job_families(const jobs::Queue& queue);
std::vector<metrics::Family> cluster_families(const aerospike::Client& cluster);
std::vector<metrics::Family> process_families(Timestamp started_at);

}  // namespace qm::service
