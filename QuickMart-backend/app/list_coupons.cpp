#include "QuickMart-backend/app/list_coupons.hpp"

#include <algorithm>

namespace qm::shop {

Task<Result<std::vector<Coupon>>> ListCoupons::available() {
  auto all = co_await coupons_.list();
  if (!all) co_return all.error();
  auto used_up_campaigns = co_await used_up(*all);
  if (!used_up_campaigns) co_return used_up_campaigns.error();
  const Timestamp now = clock_.now();
  std::vector<Coupon> shown;
  for (CouponWithPending& each : *all) {
    const Coupon& coupon = each.coupon;
    if (coupon.is_personal || !is_available(coupon, now)) continue;
    if (coupon.campaign_id && used_up_campaigns->contains(*coupon.campaign_id)) continue;
    shown.push_back(std::move(each.coupon));
  }
  std::sort(shown.begin(), shown.end(), is_worth_more);
  co_return shown;
}

// Campaigns of these coupons that have nothing left.
Task<Result<std::set<CampaignId>>> ListCoupons::used_up(const std::vector<CouponWithPending>& coupons) {
  std::set<CampaignId> named, empty;
  for (const CouponWithPending& each : coupons)
    if (each.coupon.campaign_id) named.insert(*each.coupon.campaign_id);
  for (const CampaignId& id : named) {
    auto campaign = co_await campaigns_.get(id);
    if (!campaign && campaign.error().kind != ErrorKind::NotFound) co_return campaign.error();
    if (!campaign || campaign->left().minor() <= 0) empty.insert(id);
  }
  co_return empty;
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
    each.status = shown_status(each.held, each.coupon, now);
    shown.push_back(std::move(each));
  }
  co_return shown;
}

Task<Result<std::vector<HeldCoupon>>> ListCoupons::usable(UserId user) {
  auto all = co_await history(std::move(user));
  if (!all) co_return all.error();
  const Timestamp now = clock_.now();
  std::erase_if(*all, [now](const HeldCoupon& each) {
    return each.status != UserCouponStatus::available || !is_available(each.coupon, now);
  });
  co_return all;
}

}  // namespace qm::shop
