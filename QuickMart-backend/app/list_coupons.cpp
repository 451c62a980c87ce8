#include "QuickMart-backend/app/list_coupons.hpp"

#include <algorithm>

namespace qm::shop {

Task<Result<std::vector<Coupon>>> ListCoupons::available() {
  auto all = co_await coupons_.list();
  if (!all) co_return all.error();
  const Timestamp now = clock_.now();
  std::vector<Coupon> shown;
  for (CouponWithPending& each : *all)
    if (is_available(each.coupon, now)) shown.push_back(std::move(each.coupon));
  std::sort(shown.begin(), shown.end(), is_worth_more);
  co_return shown;
}

Task<Result<std::vector<HeldCoupon>>> ListCoupons::history(UserId user) {
  auto all = co_await held_.of_user(std::move(user));
  if (!all) co_return all.error();
  std::vector<CouponId> ids;
  for (const UserCoupon& each : *all) ids.push_back(each.coupon_id);
  auto coupons = co_await coupons_.get_many(std::move(ids));
  if (!coupons) co_return coupons.error();
  const Timestamp now = clock_.now();
  std::vector<HeldCoupon> shown;
  for (std::size_t i = 0; i < all->size(); ++i) {
    if (!(*coupons)[i]) continue;
    HeldCoupon each{std::move((*all)[i]), std::move(*(*coupons)[i])};
    each.held.status = shown_status(each.held, each.coupon, now);
    shown.push_back(std::move(each));
  }
  co_return shown;
}

Task<Result<std::vector<HeldCoupon>>> ListCoupons::usable(UserId user) {
  auto all = co_await history(std::move(user));
  if (!all) co_return all.error();
  const Timestamp now = clock_.now();
  std::erase_if(*all, [now](const HeldCoupon& each) {
    return each.held.status != UserCouponStatus::available || !is_available(each.coupon, now);
  });
  co_return all;
}

}  // namespace qm::shop
