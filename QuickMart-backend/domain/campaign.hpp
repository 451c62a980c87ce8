// Campaigns: what their coupons may take off together. Pure; amounts are in the shop's currency.
#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"

namespace qm::shop {

struct CampaignTag {
  static constexpr const char* prefix = "camp";
};
using CampaignId = Id<CampaignTag>;

// 0 ≤ reserved, 0 ≤ redeemed, reserved + redeemed ≤ budget at any moment.
struct Campaign {
  CampaignId id;
  std::string name;
  Money budget;
  Money reserved;  // by checkouts under way
  Money redeemed;  // by orders that stand
  Timestamp created_at{};
  Money left() const { return budget - reserved - redeemed; }
  friend bool operator==(const Campaign&, const Campaign&) = default;
};

}  // namespace qm::shop
