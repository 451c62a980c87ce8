#pragma once
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"

namespace qm::shop {

struct HeldCoupon {
  UserCoupon held;  // its status as shown_status() has it
  Coupon coupon;
};

// Thread-safe.
class ListCoupons {
 public:
  ListCoupons(CouponStore& coupons, UserCouponStore& held, const Clock& clock)
      : coupons_(coupons), held_(held), clock_(clock) {}

  // For everybody: active, within dates and limit; highest value first.
  Task<Result<std::vector<Coupon>>> available();
  // The customer's usable ones, newest first.
  Task<Result<std::vector<HeldCoupon>>> usable(UserId user);
  // All the customer ever had, newest first.
  Task<Result<std::vector<HeldCoupon>>> history(UserId user);

 private:
  CouponStore& coupons_;
  UserCouponStore& held_;
  const Clock& clock_;
};

}  // namespace qm::shop
