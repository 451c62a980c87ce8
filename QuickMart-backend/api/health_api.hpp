// GET /health of the shop.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/shop_health.hpp"

namespace qm::shop {

// `health` outlives `api`. `version` is the program's; `warnings` are said with every answer.
void add_health_route(http::Api& api, ShopHealth& health, std::string version, std::vector<std::string> warnings = {});

}  // namespace qm::shop
