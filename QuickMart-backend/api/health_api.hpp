// GET /health of the shop.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/shop_health.hpp"

namespace qm::shop {

// `health` outlives `api`. `version` is the program's.
void add_health_route(http::Api& api, ShopHealth& health, std::string version);

}  // namespace qm::shop
