// /api/coupons…: the coupons' routes.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/coupons.hpp"

namespace qm::shop {

// `coupons` outlives `api`.
void add_coupon_routes(http::Api& api, CouponApp& coupons);

}  // namespace qm::shop
