#include "QuickMart-backend/app/apply_coupon.hpp"

#include "QuickMart-backend/app/shop_events.hpp"
#include "QuickMart-backend/app/validate_coupon.hpp"

namespace qm::shop {
namespace {

Error already_used() { return rejected("You have already used this coupon."); }
Error being_used() { return rejected("This coupon is being used at this moment."); }

}  // namespace

Task<Result<AppliedCoupon>> ApplyCoupon::run(UserId user, std::string code, Money order_total,
                                             std::optional<std::string> order_id) {
  auto coupon = co_await coupons_.find(std::move(code));
  if (!coupon) {
    if (coupon.error().kind == ErrorKind::NotFound) co_return rejected(coupon.error().detail);
    co_return coupon.error();
  }
  auto discount = redeem(*coupon, order_total, clock_.now());
  if (!discount) {
    // «Already used» says more than «the limit is reached» to the one who used it up.
    auto id = user_coupon_id_of(user, coupon->id);
    if (!id) co_return id.error();
    auto stored = co_await held_.get(*id);
    if (stored && stored->held.status == UserCouponStatus::used) co_return already_used();
    co_return discount.error();
  }

  auto stored = co_await held_.hold(std::move(user), coupon->id, clock_.now());
  if (!stored) co_return stored.error();
  auto leased = co_await lease(std::move(*stored));
  if (!leased) co_return leased.error();
  leased->held.discount = *discount;
  leased->held.order_id = std::move(order_id);
  auto spent = co_await spend(*coupon, std::move(*leased));
  if (!spent) co_return spent.error();
  ++spent_;

  AppliedCoupon applied;
  applied.discount = *discount;
  applied.final_amount = order_total - *discount;
  applied.message = describe_saving(*coupon, *discount);
  co_return applied;
}


Task<Result<StoredUserCoupon>> ApplyCoupon::lease(StoredUserCoupon stored) {
  UserCoupon& held = stored.held;
  const Timestamp now = clock_.now();
  if (held.status == UserCouponStatus::used) co_return already_used();
  if (held.status == UserCouponStatus::expired) co_return rejected("This coupon has expired.");
  if (held.status == UserCouponStatus::spending && held.order_id) co_return being_used();
  if (held.status == UserCouponStatus::spending && held.spending_since && now - *held.spending_since < kSpendLeaseMs)
    co_return being_used();
  held.status = UserCouponStatus::spending;
  held.spending_since = now;
  auto generation = co_await held_.update(held, stored.generation);
  if (!generation) {
    if (generation.error().kind == ErrorKind::GenerationMismatch) co_return being_used();
    co_return generation.error();
  }
  stored.generation = *generation;
  co_return stored;
}

Task<Result<void>> ApplyCoupon::spend(Coupon coupon, StoredUserCoupon leased) {
  UserCoupon held = std::move(leased.held);
  auto counted = co_await coupons_.count_use(coupon.id, held.id, clock_.now());
  if (!counted) {
    const Error reason = counted.error();
    // In doubt the lease is left to run out: whoever takes it over finds out whether the use was counted.
    if (reason.kind == ErrorKind::InDoubt) co_return reason;
    held.status = UserCouponStatus::available;
    held.spending_since.reset();
    held.discount.reset();
    held.order_id.reset();
    auto released = co_await held_.update(std::move(held), leased.generation);
    if (!released && released.error().kind != ErrorKind::GenerationMismatch) co_return released.error();
    if (reason.kind == ErrorKind::ConditionFailed) co_return rejected("This coupon has reached its usage limit.");
    co_return reason;
  }

  held.status = UserCouponStatus::used;
  held.used_at = clock_.now();
  held.spending_since.reset();
  const UserCouponId id = held.id;
  std::vector<contracts::Event> events;
  events.push_back(coupon_used(held, coupon.code));
  auto used = co_await held_.update(std::move(held), leased.generation);
  if (!used) {
    // The lease was lost: who took it over also answers for the pending use.
    if (used.error().kind == ErrorKind::GenerationMismatch) co_return being_used();
    co_return used.error();
  }
  // The coupon is spent, whatever happens to these last steps: recover_coupons makes up for them.
  auto owed = co_await events_.owe(std::move(events));
  if (owed) static_cast<void>(co_await coupons_.settle_use(coupon.id, id));
  co_return Result<void>{};
}

}  // namespace qm::shop
