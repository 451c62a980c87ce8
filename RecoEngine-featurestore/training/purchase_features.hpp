// What a purchase history tells of a customer at a moment, as columns of a model. Only what happened before the moment
// counts, whatever the history holds beyond it.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/evaluation/bg_nbd.hpp"
#include "RecoEngine-featurestore/training/purchase_history.hpp"

namespace qm::reco {

struct PurchaseFeature {
  std::string_view name;
  std::string_view meaning;  // with its unit
  int monotone;              // +1: more never lowers the risk, −1: the reverse, 0: free
};

// One per column.
std::span<const PurchaseFeature> purchase_features() noexcept;
inline constexpr std::size_t kRecencyColumn = 0, kSilenceColumn = 2;
std::uint64_t purchase_features_hash() noexcept;

// For BG/NBD, in weeks; several purchases of a day (UTC) are one. Precondition: a purchase before `at`.
RepeatPurchases repeat_purchases(const PurchaseHistory& history, Timestamp at);

// NaN where the history does not say, as for the second purchase of who bought once. `habits` was fitted to what
// happened before `at`. Precondition: a purchase before `at`.
std::vector<float> purchase_features_at(const PurchaseHistory& history, Timestamp at, const BgNbd& habits,
                                        std::chrono::days horizon);

}  // namespace qm::reco
