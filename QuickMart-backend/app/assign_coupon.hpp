#pragma once
#include <atomic>
#include <optional>
#include <string>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"
#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

struct AssignCouponInput {
  UserId user_id;
  std::string coupon;  // id or code
  std::optional<std::string> nudge_id;
  std::optional<double> churn_score;  // 0…1
};

struct AssignedCoupon {
  UserCouponId id;
  std::string code;
  bool duplicate = false;  // the customer had it before this call
};

// Gives a customer the coupon of a nudge: idempotent per (customer, nudge) and per (customer, coupon). Thread-safe.
class AssignCoupon {
 public:
  AssignCoupon(CouponStore& coupons, UserCouponStore& held, UserStore& users, const Clock& clock)
      : coupons_(coupons), held_(held), users_(users), clock_(clock) {}

  // NotFound: no such customer or coupon. Rejected: the coupon cannot be used (any more).
  Task<Result<AssignedCoupon>> run(AssignCouponInput input);

  // Coupons given since the start of this process, duplicates left out.
  std::int64_t given() const noexcept { return given_; }

 private:
  CouponStore& coupons_;
  UserCouponStore& held_;
  UserStore& users_;
  const Clock& clock_;
  std::atomic<std::int64_t> given_{0};
};

}  // namespace qm::shop
