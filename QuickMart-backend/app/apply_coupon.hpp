// Spends a coupon exactly once. Two records change (the customer's coupon and the coupon's count of uses), so it is a
// saga of single-record steps, each idempotent:
//   1. the customer's coupon becomes «spending», a lease won by its generation: of parallel calls one goes on;
//   2. the use is counted while the limit allows it, and remembered in the coupon's record as pending;
//   3. the customer's coupon becomes «used»;
//   4. its event is owed, and the pending use is settled.
// A crash after any step leaves the count too high, never too low; the next call of the same customer, or
// recover_coupons, takes the lease over and finishes or releases what it finds.
#pragma once
#include <atomic>
#include <optional>
#include <string>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/send_events.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"

namespace qm::shop {

struct AppliedCoupon {
  Money discount;
  Money final_amount;
  std::string message;
};

// Thread-safe.
class ApplyCoupon {
 public:
  ApplyCoupon(CouponStore& coupons, UserCouponStore& held, const Clock& clock, SendEvents& events)
      : coupons_(coupons), held_(held), clock_(clock), events_(events) {}

  // A coupon for everybody need not be held: using it puts it into the customer's hand, spent.
  // Rejected with the reason (unknown, not valid, minimum, limit, already used).
  Task<Result<AppliedCoupon>> run(UserId user, std::string code, Money order_total,
                                  std::optional<std::string> order_id = {});

  // Coupons spent since the start of this process.
  std::int64_t spent() const noexcept { return spent_; }

 private:
  Task<Result<StoredUserCoupon>> lease(StoredUserCoupon stored);
  Task<Result<void>> spend(Coupon coupon, StoredUserCoupon leased);

  CouponStore& coupons_;
  UserCouponStore& held_;
  const Clock& clock_;
  SendEvents& events_;
  std::atomic<std::int64_t> spent_{0};
};

}  // namespace qm::shop
