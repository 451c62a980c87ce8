#include "QuickMart-backend/app/recover_coupons.hpp"

#include "QuickMart-backend/app/shop_events.hpp"

namespace qm::shop {

Task<Result<int>> RecoverCoupons::run() {
  auto all = co_await coupons_.list();
  if (!all) co_return all.error();
  int settled = 0;
  for (const CouponWithPending& each : *all) {
    for (const PendingUse& use : each.pending) {
      // A young one belongs to a call that is still running.
      if (clock_.now() - use.since < kSpendLeaseMs) continue;
      auto done = co_await recover(each.coupon, use);
      if (!done) co_return done.error();
      settled += *done ? 1 : 0;
    }
  }
  co_return settled;
}

Task<Result<bool>> RecoverCoupons::recover(Coupon of, PendingUse use) {
  CouponId coupon = of.id;
  auto stored = co_await held_.get(use.user_coupon_id);
  if (!stored) co_return stored.error();
  UserCoupon held = std::move(stored->held);
  const Timestamp now = clock_.now();
  if (held.status == UserCouponStatus::used) {
    std::vector<contracts::Event> events;
    events.push_back(coupon_used(held, std::move(of.code)));
    auto owed = co_await events_.owe(std::move(events));
    if (!owed) co_return owed.error();
    auto settled = co_await coupons_.settle_use(std::move(coupon), std::move(use.user_coupon_id));
    if (!settled) co_return settled.error();
    co_return true;
  }
  if (held.status == UserCouponStatus::spending && held.order_id) co_return false;  // its recovery does it
  if (held.status == UserCouponStatus::spending && held.spending_since && now - *held.spending_since < kSpendLeaseMs)
    co_return false;

  // The lease is taken before the count is touched, so that nobody spends the coupon in between.
  held.status = UserCouponStatus::spending;
  held.spending_since = now;
  auto leased = co_await held_.update(held, stored->generation);
  if (!leased) {
    if (leased.error().kind == ErrorKind::GenerationMismatch) co_return false;
    co_return leased.error();
  }
  auto released = co_await coupons_.release_use(std::move(coupon), std::move(use.user_coupon_id));
  if (!released) co_return released.error();
  held.status = UserCouponStatus::available;
  held.spending_since.reset();
  auto freed = co_await held_.update(std::move(held), *leased);
  if (!freed && freed.error().kind != ErrorKind::GenerationMismatch) co_return freed.error();
  co_return true;
}

}  // namespace qm::shop
