// How old what is known is, group by group. Pure.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

struct GroupFreshness {
  std::optional<Timestamp> newest;   // of what is known, stale or not
  std::vector<std::size_t> stale;    // rows of the feature table: too old to be shown to the model
  std::vector<std::size_t> missing;  // never told
  std::size_t fresh = 0;
};
using FeatureFreshness = std::array<GroupFreshness, kFeatureGroups.size()>;  // in the order of kFeatureGroups

FeatureFreshness freshness_of(const FeatureVector& known, Timestamp now);

}  // namespace qm::reco
