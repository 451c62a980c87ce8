#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/send_events.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"

namespace qm::shop {

// Settles what a crash in apply_coupon left pending: a use whose coupon was spent becomes final, one whose holder died
// is taken off the count and the coupon is usable again. Idempotent, safe beside running calls and other processes.
class RecoverCoupons {
 public:
  RecoverCoupons(CouponStore& coupons, UserCouponStore& held, const Clock& clock, SendEvents& events)
      : coupons_(coupons), held_(held), clock_(clock), events_(events) {}

  Task<Result<int>> run();  // → how many were settled

 private:
  Task<Result<bool>> recover(Coupon of, PendingUse use);

  CouponStore& coupons_;
  UserCouponStore& held_;
  const Clock& clock_;
  SendEvents& events_;
};

}  // namespace qm::shop
