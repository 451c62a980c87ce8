#include "RecoEngine-featurestore/domain/feature_history.hpp"

namespace qm::reco {

FeatureVector ingested_at(const std::vector<FeatureTelling>& tellings, Timestamp at) {
  FeatureVector known;
  for (const FeatureTelling& telling : tellings) {
    if (telling.at > at) continue;
    for (const auto& [feature, value] : telling.changes) {
      if (value) known.set(feature, *value, telling.at);
      else known.clear(feature);
    }
  }
  return known;
}

}  // namespace qm::reco
