#include "QuickMart-backend/app/apply_coupon.hpp"

#include "QuickMart-backend/app/shop_events.hpp"
#include "QuickMart-backend/app/validate_coupon.hpp"

namespace qm::shop {

Task<Result<AppliedCoupon>> ApplyCoupon::run(UserId user, std::string code, Money order_total) {
  auto coupon = co_await uses_.coupons.find(std::move(code));
  if (!coupon) {
    if (coupon.error().kind == ErrorKind::NotFound) co_return rejected(coupon.error().detail);
    co_return coupon.error();
  }
  auto discount = co_await uses_.check.worth(user, *coupon, order_total);
  if (!discount) co_return discount.error();

  const CouponUseId use = CouponUseId::make(uses_.clock.now());
  const Money cost = cost_of(*coupon, order_total, *discount);
  auto reserved = co_await uses_.hold.reserve(user, *coupon, use, cost);
  if (!reserved) {
    // Should that fail, whoever finds the use after its lease gives it back.
    static_cast<void>(co_await uses_.hold.release(std::move(user), coupon->id, use));
    co_return reserved.error();
  }
  auto spent = co_await uses_.hold.decide(user, coupon->id, use);
  if (!spent) co_return spent.error();
  // The lease was lost: who took it over has released the use.
  if (!*spent) co_return rejected("This coupon is being used at this moment.");
  static_cast<void>(co_await settle(std::move(user), *coupon, use));  // or recover_coupons does

  AppliedCoupon applied;
  applied.discount = *discount;
  applied.final_amount = order_total - *discount;
  applied.message = describe_saving(*coupon, *discount);
  co_return applied;
}

// Its event is owed while the use is pending still: whoever finds it so tells it again, the same.
Task<Result<void>> ApplyCoupon::settle(UserId user, Coupon coupon, CouponUseId use) {
  auto id = user_coupon_id_of(user, coupon.id);
  if (!id) co_return id.error();
  auto held = co_await uses_.held.get(std::move(*id));
  if (!held) co_return held.error();
  std::vector<contracts::Event> events;
  if (const CouponUse* spent = held->find(use)) events.push_back(coupon_redeemed(*held, *spent, coupon.code));
  auto owed = co_await uses_.events.owe(std::move(events));
  if (!owed) co_return owed.error();
  auto redeemed = co_await uses_.hold.redeem(std::move(user), std::move(coupon.id), std::move(use));
  if (!redeemed) co_return redeemed.error();
  co_return Result<void>{};
}

}  // namespace qm::shop
