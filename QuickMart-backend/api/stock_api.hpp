// Stock as the staff see and adjust it.
#pragma once
#include "platform/core/clock.hpp"
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/staff_stock.hpp"

namespace qm::shop {

void add_stock_routes(http::Api& api, StaffStock& stock, Audit& audit, const Clock& clock);  // they outlive `api`

}  // namespace qm::shop
