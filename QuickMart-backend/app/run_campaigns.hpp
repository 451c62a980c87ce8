// Campaigns as the staff run them: a budget, and the coupons that draw on it.
#pragma once
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/campaign_store.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"

namespace qm::shop {

struct CampaignWithCoupons {
  Campaign campaign;
  std::vector<Coupon> coupons;  // by code
};

// Thread-safe.
class RunCampaigns {
 public:
  RunCampaigns(CampaignStore& campaigns, CouponStore& coupons, const Clock& clock)
      : campaigns_(campaigns), coupons_(coupons), clock_(clock) {}

  Task<Result<Campaign>> create(std::string name, Money budget);
  // Newest first.
  Task<Result<std::vector<Campaign>>> list();
  // NotFound.
  Task<Result<CampaignWithCoupons>> get(CampaignId id);
  // NotFound; Conflict when that is less than what is reserved and redeemed.
  Task<Result<Campaign>> change_budget(CampaignId id, Money budget);
  // From now on the coupon draws on this campaign's budget; uses under way stay with the one they began with. NotFound
  // when there is no such campaign or coupon.
  Task<Result<CampaignWithCoupons>> add_coupon(CampaignId id, std::string id_or_code);

 private:
  CampaignStore& campaigns_;
  CouponStore& coupons_;
  const Clock& clock_;
};

}  // namespace qm::shop
