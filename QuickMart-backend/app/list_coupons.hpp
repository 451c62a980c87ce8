#pragma once
#include <set>
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/campaign_store.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"

namespace qm::shop {

struct HeldCoupon {
  UserCoupon held;
  Coupon coupon;
  UserCouponStatus status = UserCouponStatus::available;  // as shown_status() has it
};

// Thread-safe.
class ListCoupons {
 public:
  ListCoupons(CouponStore& coupons, UserCouponStore& held, CampaignStore& campaigns, const Clock& clock)
      : coupons_(coupons), held_(held), campaigns_(campaigns), clock_(clock) {}

  // For everybody: active, within dates and limit, of no campaign whose budget is used up; highest value first.
  Task<Result<std::vector<Coupon>>> available();
  // The customer's usable ones, newest first.
  Task<Result<std::vector<HeldCoupon>>> usable(UserId user);
  // All the customer ever had, newest first.
  Task<Result<std::vector<HeldCoupon>>> history(UserId user);

 private:
  Task<Result<std::set<CampaignId>>> used_up(const std::vector<CouponWithPending>& coupons);

  CouponStore& coupons_;
  UserCouponStore& held_;
  CampaignStore& campaigns_;
  const Clock& clock_;
};

}  // namespace qm::shop
