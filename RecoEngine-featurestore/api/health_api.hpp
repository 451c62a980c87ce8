// GET /health.
#pragma once
#include "RecoEngine-featurestore/app/service_health.hpp"
#include "platform/http/api.hpp"

namespace qm::reco {

// `health` outlives `api`. `warnings` are said with every answer.
void add_health_routes(http::Api& api, ServiceHealth& health, std::vector<std::string> warnings = {});

}  // namespace qm::reco
