#include "QuickMart-backend/app/run_campaigns.hpp"

#include <algorithm>

namespace qm::shop {

Task<Result<Campaign>> RunCampaigns::create(std::string name, Money budget) {
  Campaign campaign;
  campaign.created_at = clock_.now();
  campaign.id = CampaignId::make(campaign.created_at);
  campaign.name = std::move(name);
  campaign.budget = budget;
  auto created = co_await campaigns_.create(campaign);
  if (!created) co_return created.error();
  co_return campaign;
}

Task<Result<std::vector<Campaign>>> RunCampaigns::list() {
  auto all = co_await campaigns_.list();
  if (!all) co_return all.error();
  std::vector<Campaign> campaigns;
  for (CampaignWithReserved& each : *all) campaigns.push_back(std::move(each.campaign));
  std::ranges::sort(campaigns, std::ranges::greater{},
                    [](const Campaign& each) { return std::pair{each.created_at, each.id}; });
  co_return campaigns;
}

Task<Result<CampaignWithCoupons>> RunCampaigns::get(CampaignId id) {
  auto campaign = co_await campaigns_.get(std::move(id));
  if (!campaign) co_return campaign.error();
  auto coupons = co_await coupons_.list();
  if (!coupons) co_return coupons.error();
  CampaignWithCoupons found;
  for (CouponWithPending& each : *coupons)
    if (each.coupon.campaign_id == campaign->id) found.coupons.push_back(std::move(each.coupon));
  std::ranges::sort(found.coupons, {}, &Coupon::code);
  found.campaign = std::move(*campaign);
  co_return found;
}

Task<Result<Campaign>> RunCampaigns::change_budget(CampaignId id, Money budget) {
  co_return co_await campaigns_.change_budget(std::move(id), budget);
}

Task<Result<CampaignWithCoupons>> RunCampaigns::add_coupon(CampaignId id, std::string id_or_code) {
  auto campaign = co_await campaigns_.get(id);
  if (!campaign) co_return campaign.error();
  auto coupon = co_await coupons_.find(std::move(id_or_code));
  if (!coupon) co_return coupon.error();
  auto put = co_await coupons_.put_into(std::move(coupon->id), id);
  if (!put) co_return put.error();
  co_return co_await get(std::move(id));
}

}  // namespace qm::shop
