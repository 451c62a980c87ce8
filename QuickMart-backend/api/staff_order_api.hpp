// Orders as the staff work on them: all of them, on their way, cancelled, refunded.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/orders.hpp"

namespace qm::shop {

void add_staff_order_routes(http::Api& api, OrderApp& orders, Audit& audit);  // both outlive `api`

}  // namespace qm::shop
