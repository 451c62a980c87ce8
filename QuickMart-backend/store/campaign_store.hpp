// Campaigns: set "campaign". Every call is one step on one record, and what a use reserved of the budget is remembered
// there under the use and its coupon until it is settled, so that no step counts twice. Thread-safe.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/campaign.hpp"
#include "QuickMart-backend/domain/user_coupon.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxCampaigns = 1'000;  // listed

// A part of a budget that is reserved. Reopened: it was redeemed before, and is on its way back.
struct ReservedBudget {
  CouponUseId use;
  CouponId coupon;
  UserId user;
  Money amount;
  Timestamp since{};
  bool is_reopened = false;
  friend bool operator==(const ReservedBudget&, const ReservedBudget&) = default;
};

struct CampaignWithReserved {
  Campaign campaign;
  std::vector<ReservedBudget> reserved;          // together campaign.reserved
  std::map<std::string, Timestamp> given_back;   // by use and coupon: reopened and given back, and when that began
};

struct CampaignPage {
  std::vector<CampaignWithReserved> campaigns;
  std::string cursor;  // empty: that was all
};

class CampaignStore {
 public:
  explicit CampaignStore(kv::Store& store) : store_(store) {}

  // AlreadyExists.
  Task<Result<void>> create(Campaign campaign);
  // NotFound.
  Task<Result<Campaign>> get(CampaignId id);
  // At most kMaxCampaigns.
  Task<Result<std::vector<CampaignWithReserved>>> list();
  // All of them, in no particular order; `cursor` of the page before, empty at first.
  Task<Result<CampaignPage>> page(std::string cursor);
  // Conflict when that is less than what is reserved and redeemed. → what then is.
  Task<Result<Campaign>> change_budget(CampaignId id, Money budget);

  // Reserves `share.amount` ≥ 0; again for the same use and coupon changes nothing. Rejected when the budget does not
  // allow it.
  Task<Result<void>> reserve(CampaignId id, ReservedBudget share);
  // What was reserved is final. Idempotent; leaves alone what was reopened.
  Task<Result<void>> redeem(CampaignId id, CouponUseId use, CouponId coupon);
  // What was redeemed is reserved again, so that release() can give it back. Idempotent, also after it was given back,
  // until forget_given_back().
  Task<Result<void>> reopen(CampaignId id, ReservedBudget share);
  // Gives back what is reserved for the use and coupon, if anything. What was reopened after all was over
  // (`was_redeemed` false) is redeemed as before.
  Task<Result<void>> release(CampaignId id, CouponUseId use, CouponId coupon, bool was_redeemed);
  // Forgets the shares whose way back began before that: whoever stalled for so long is taken to be dead.
  Task<Result<void>> forget_given_back(CampaignId id, Timestamp before);

 private:
  // → whether there is something to write.
  using Change = std::function<Result<bool>(CampaignWithReserved& stored)>;
  Task<Result<Campaign>> change(CampaignId id, Change change);

  kv::Store& store_;
};

}  // namespace qm::shop
