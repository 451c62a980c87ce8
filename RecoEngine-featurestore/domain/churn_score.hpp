// What the model says of one customer at one moment, and from what.
#pragma once
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"
#include "RecoEngine-featurestore/domain/feature_freshness.hpp"
#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "RecoEngine-featurestore/domain/reason.hpp"
#include "RecoEngine-featurestore/domain/risk.hpp"

namespace qm::reco {

struct ChurnScore {
  UserId user_id;
  double churn_probability = 0;   // 0…1
  double base_value = 0;          // log-odds of the average customer
  std::vector<Reason> reasons;    // strongest first
  FeatureVector features;         // without stale values; never empty
  Timestamp feature_freshness{};  // when the newest of them was written
  FeatureFreshness groups;        // with the stale ones, and what is missing
  Timestamp scored_at{};
  std::string model_version;

  RiskSegment segment() const { return segment_of(churn_probability); }
  std::vector<ReasonFamily> families() const {
    std::vector<ReasonFamily> all;
    for (const auto& reason : reasons) all.push_back(reason.family);
    return all;
  }
};

}  // namespace qm::reco
