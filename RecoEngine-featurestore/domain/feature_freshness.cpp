#include "RecoEngine-featurestore/domain/feature_freshness.hpp"

#include <algorithm>

namespace qm::reco {

FeatureFreshness freshness_of(const FeatureVector& known, Timestamp now) {
  FeatureFreshness groups;
  const auto table = feature_table();
  for (std::size_t i = 0; i < known.size(); ++i) {
    GroupFreshness& group = groups[static_cast<std::size_t>(table[i].group)];
    if (!known[i]) {
      group.missing.push_back(i);
      continue;
    }
    group.newest = std::max(group.newest.value_or(known[i]->at), known[i]->at);
    if (known[i]->good_until < now) group.stale.push_back(i);
    else ++group.fresh;
  }
  return groups;
}

}  // namespace qm::reco
