// /api/admin/campaigns/…: budgets, and the coupons that draw on them; and giving a coupon to a customer by hand.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/coupons.hpp"

namespace qm::shop {

void add_campaign_routes(http::Api& api, CouponApp& coupons, Audit& audit);  // both outlive the api

}  // namespace qm::shop
