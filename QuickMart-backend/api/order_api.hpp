// /api/orders/*: the caller's orders.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/orders.hpp"

namespace qm::shop {

void add_order_routes(http::Api& api, OrderApp& orders);  // `orders` outlives the api

}  // namespace qm::shop
