// One use of a coupon on its way: reserved at checkout, redeemed when the order is confirmed, released when it fails or
// is cancelled; `apply` is the same under a name of its own. Up to four records change, one step each, and each knows
// the use by its name, so that every call may be made again after a crash, by whoever answers for the use:
//   the customer's coupon   its uses, at most the coupon's limit per customer   (decides: first in, last out)
//   the customer's claim    that it is their first order, where the coupon asks for that
//   the coupon              its count of uses, at most its limit
//   the campaign            what it reserved and redeemed, at most the budget
// A crash leaves counts and budgets too high, never too low. Who answers for a use: its order, by that order's lease;
// for one without an order the call that made it, and after kCouponUseLeaseMs anybody. What a process that stalled does
// after that is found and given back: by recover_coupons in coupons and campaigns, by the next reservation in the
// customer's records.
#pragma once
#include <atomic>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/campaign_store.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/first_order_store.hpp"
#include "QuickMart-backend/store/order_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"

namespace qm::shop {

// open: somebody answers for it still; stands: it is, or will be, redeemed; gone: nothing of it may stay.
enum class CouponUseFate { open, stands, gone };

// Thread-safe.
class HoldCoupon {
 public:
  struct Uses {
    CouponStore& coupons;
    UserCouponStore& held;
    CampaignStore& campaigns;
    FirstOrderStore& first_orders;
    OrderStore& orders;
    const Clock& clock;
  };
  explicit HoldCoupon(Uses uses) : uses_(uses) {}

  // Rejected with the reason: not theirs, used, being used, expired, not their first order, limit or budget reached.
  // After any failure release() gives back what was reserved.
  Task<Result<void>> reserve(UserId user, Coupon coupon, CouponUseId use, Money cost);
  // The use is final: first where it is decided, then everywhere. → whether it was reserved (or redeemed) at all.
  Task<Result<bool>> redeem(UserId user, CouponId coupon, CouponUseId use);
  // The first step of redeem(): once it succeeded the coupon is spent, and the rest may be left to recover_coupons.
  Task<Result<bool>> decide(UserId user, CouponId coupon, CouponUseId use);
  // Whether reserved or redeemed; nothing when it is neither.
  Task<Result<void>> release(UserId user, CouponId coupon, CouponUseId use);

  // What a use that began at `since` comes to. Changes nothing.
  Task<Result<CouponUseFate>> fate_of(UserId user, CouponId coupon, CouponUseId use, Timestamp since);
  // Carries a use through that nobody answers for any more. → its fate.
  Task<Result<CouponUseFate>> resolve(UserId user, CouponId coupon, CouponUseId use, Timestamp since);

  // Uses redeemed since the start of this process.
  std::int64_t redeemed() const noexcept { return redeemed_; }

 private:
  Task<Result<void>> reserve_held(const UserId& user, const Coupon& coupon, const CouponUseId& use, Money cost);
  Task<Result<int>> free_dead_uses(const UserId& user, const CouponId& coupon, std::vector<CouponUse> open);
  Task<Result<void>> claim_first_order(const UserId& user, const Coupon& coupon, const CouponUseId& use);
  Task<Result<void>> refuse_former_customer(const UserId& user, const CouponUseId& use);
  Task<Result<void>> release_held(const UserCouponId& id, const UserId& user, const CouponId& coupon, CouponUse mine);
  Task<Result<void>> reopen(const UserId& user, const CouponId& coupon, const CouponUse& use);

  Uses uses_;
  std::atomic<std::int64_t> redeemed_{0};
};

// Whether the customer has an order that stands, `but` aside.
Task<Result<bool>> has_bought(OrderStore& orders, UserId user, std::optional<OrderId> but);

Error no_first_order();
Error used_already(std::int64_t limit);

}  // namespace qm::shop
