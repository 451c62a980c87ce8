// GET /, /health/live, /health/ready, /metrics, /docs, /openapi.json: the same for every service.
#pragma once
#include <atomic>

#include "platform/http/api.hpp"
#include "platform/kv/store.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/service/service_host.hpp"

namespace qm::service {

struct StandardRoutes {
  const Identity& identity;
  kv::Store& store;
  const metrics::Registry& metrics;
  const std::atomic<bool>& draining;
  std::string swagger_dir;
};

// What it refers to outlives `api`.
void add_standard_routes(http::Api& api, StandardRoutes routes);

}  // namespace qm::service
