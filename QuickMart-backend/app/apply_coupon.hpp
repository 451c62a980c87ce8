// Spends a coupon exactly once, without an order: the saga of hold_coupon under a name of its own.
#pragma once
#include <string>

#include "QuickMart-backend/app/check_coupons.hpp"
#include "QuickMart-backend/app/send_events.hpp"

namespace qm::shop {

struct AppliedCoupon {
  Money discount;
  Money final_amount;
  std::string message;
};

// Thread-safe.
class ApplyCoupon {
 public:
  struct Uses {
    CouponStore& coupons;
    UserCouponStore& held;
    CheckCoupons& check;
    HoldCoupon& hold;
    SendEvents& events;
    const Clock& clock;
  };
  explicit ApplyCoupon(Uses uses) : uses_(uses) {}

  // A coupon for everybody need not be held: using it puts it into the customer's hand, spent.
  // Rejected with the reason (unknown, not valid, minimum, limits, budget, already used).
  Task<Result<AppliedCoupon>> run(UserId user, std::string code, Money order_total);

 private:
  Task<Result<void>> settle(UserId user, Coupon coupon, CouponUseId use);

  Uses uses_;
};

}  // namespace qm::shop
