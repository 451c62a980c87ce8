#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/campaign_store.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"

namespace qm::shop {

// Thread-safe.
class CreateCoupon {
 public:
  CreateCoupon(CouponStore& coupons, CampaignStore& campaigns, const Clock& clock)
      : coupons_(coupons), campaigns_(campaigns), clock_(clock) {}

  // Sets id, created_at and a usage count of 0. Invalid with every fault; AlreadyExists when the code is taken.
  Task<Result<Coupon>> run(Coupon coupon);

 private:
  CouponStore& coupons_;
  CampaignStore& campaigns_;
  const Clock& clock_;
};

}  // namespace qm::shop
