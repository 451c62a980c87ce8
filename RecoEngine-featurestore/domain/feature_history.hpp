// What was ingested of a customer, one telling after the other, and what was known of it at a moment. Pure.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

// Row of the feature table, and its new value; nullopt: no longer known.
using FeatureChange = std::pair<std::size_t, std::optional<FeatureValue>>;

struct FeatureTelling {
  Timestamp at{};
  std::vector<FeatureChange> changes;
};

// Of each feature the last word said until `at`, that moment included. `tellings` in the order in which they came.
FeatureVector ingested_at(const std::vector<FeatureTelling>& tellings, Timestamp at);

}  // namespace qm::reco
