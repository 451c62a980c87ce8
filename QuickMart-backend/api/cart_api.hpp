// /api/cart/*: the caller's cart, and buying it.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/orders.hpp"

namespace qm::shop {

void add_cart_routes(http::Api& api, OrderApp& orders);  // `orders` outlives the api

}  // namespace qm::shop
