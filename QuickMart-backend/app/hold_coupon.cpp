#include "QuickMart-backend/app/hold_coupon.hpp"

namespace qm::shop {
namespace {

Error coupon_in_use() { return rejected("This coupon is being used at this moment."); }

bool is_of(const UserCoupon& held, const OrderId& order) { return held.order_id && *held.order_id == order.str(); }

void make_available(UserCoupon& held) {
  held.status = UserCouponStatus::available;
  held.spending_since.reset();
  held.used_at.reset();
  held.discount.reset();
  held.order_id.reset();
}

}  // namespace


Task<Result<void>> HoldCoupon::reserve(UserId user, Coupon coupon, OrderId order, Money discount) {
  auto stored = co_await held_.hold(std::move(user), coupon.id, clock_.now());
  if (!stored) co_return stored.error();
  UserCoupon held = std::move(stored->held);
  const Timestamp now = clock_.now();
  if (held.status == UserCouponStatus::used) co_return rejected("You have already used this coupon.");
  if (held.status == UserCouponStatus::expired) co_return rejected("This coupon has expired.");
  if (held.status == UserCouponStatus::spending && !is_of(held, order)) {
    // One that belongs to an order is never taken over: who finishes the order frees it.
    const bool running = held.order_id || (held.spending_since && now - *held.spending_since < kSpendLeaseMs);
    if (running) co_return coupon_in_use();
  }
  held.status = UserCouponStatus::spending;
  held.spending_since = now;
  held.order_id = order.str();
  held.discount = discount;
  auto leased = co_await held_.update(held, stored->generation);
  if (!leased) {
    if (leased.error().kind == ErrorKind::GenerationMismatch) co_return coupon_in_use();
    co_return leased.error();
  }
  auto counted = co_await coupons_.count_use(coupon.id, held.id, now);
  if (counted) co_return Result<void>{};
  if (counted.error().kind != ErrorKind::ConditionFailed) co_return counted.error();
  make_available(held);
  auto freed = co_await held_.update(std::move(held), *leased);
  if (!freed && freed.error().kind != ErrorKind::GenerationMismatch) co_return freed.error();
  co_return rejected("This coupon has reached its usage limit.");
}

Task<Result<void>> HoldCoupon::redeem(UserId user, CouponId coupon, OrderId order) {
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  auto stored = co_await held_.get(*id);
  if (!stored) co_return stored.error();
  UserCoupon held = std::move(stored->held);
  if (!is_of(held, order)) co_return Result<void>{};
  if (held.status == UserCouponStatus::spending) {
    held.status = UserCouponStatus::used;
    held.used_at = clock_.now();
    held.spending_since.reset();
    auto used = co_await held_.update(std::move(held), stored->generation);
    if (!used) co_return used.error();
  }
  co_return co_await coupons_.settle_use(std::move(coupon), std::move(*id));
}

Task<Result<void>> HoldCoupon::release(UserId user, CouponId coupon, OrderId order) {
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  auto stored = co_await held_.get(*id);
  if (!stored && stored.error().kind == ErrorKind::NotFound) co_return Result<void>{};
  if (!stored) co_return stored.error();
  UserCoupon held = std::move(stored->held);
  std::uint32_t generation = stored->generation;
  if (!is_of(held, order)) co_return Result<void>{};
  if (held.status == UserCouponStatus::used) {
    // The use was final: it becomes pending again before it is taken off the count, so that this happens once.
    auto reopened = co_await coupons_.reopen_use(coupon, *id, clock_.now());
    if (!reopened) co_return reopened.error();
    held.status = UserCouponStatus::spending;
    held.spending_since = clock_.now();
    auto leased = co_await held_.update(held, generation);
    if (!leased) co_return leased.error();
    generation = *leased;
  }
  if (held.status != UserCouponStatus::spending) co_return Result<void>{};
  auto released = co_await coupons_.release_use(std::move(coupon), std::move(*id));
  if (!released) co_return released.error();
  make_available(held);
  auto freed = co_await held_.update(std::move(held), generation);
  if (!freed) co_return freed.error();
  co_return Result<void>{};
}

}  // namespace qm::shop
