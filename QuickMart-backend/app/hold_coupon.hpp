// A coupon on its way through an order: reserved at checkout, redeemed when the order is confirmed, released when it
// fails or is cancelled. Two records change (the customer's coupon, the coupon's count of uses), so each call is a
// chain of single-record steps; each is idempotent per order and may be made again after a crash, by anybody who
// holds the order's lease. A crash leaves the count too high, never too low, until the call is made again.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"

namespace qm::shop {

// Thread-safe.
class HoldCoupon {
 public:
  HoldCoupon(CouponStore& coupons, UserCouponStore& held, const Clock& clock)
      : coupons_(coupons), held_(held), clock_(clock) {}

  // Rejected with the reason: used, being used, expired, limit reached. Otherwise nothing of it is left behind but what
  // release() mends.
  Task<Result<void>> reserve(UserId user, Coupon coupon, OrderId order, Money discount);
  Task<Result<void>> redeem(UserId user, CouponId coupon, OrderId order);
  // Whether reserved or redeemed; nothing when it is neither for this order.
  Task<Result<void>> release(UserId user, CouponId coupon, OrderId order);

 private:
  CouponStore& coupons_;
  UserCouponStore& held_;
  const Clock& clock_;
};

}  // namespace qm::shop
