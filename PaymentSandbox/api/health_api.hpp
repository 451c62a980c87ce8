#pragma once
#include <string>

#include "platform/http/api.hpp"
#include "PaymentSandbox/app/sandbox_health.hpp"

namespace qm::sandbox {

// GET /health: 200, or 503 when the books cannot be reached.
void add_health_route(http::Api& api, SandboxHealth& health, std::string version);

}  // namespace qm::sandbox
