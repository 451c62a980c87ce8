// Takes in what somebody else knows of a customer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/store/feature_store.hpp"

namespace qm::reco {

// A feature under the name the caller used. No value: it is no longer known.
struct GivenFeature {
  std::string name;
  std::optional<FeatureValue> value;
};

struct FeatureIntake {
  std::vector<FeatureChange> changes;
  std::vector<std::string> stored;   // short names, as given
  std::vector<std::string> ignored;  // names that no feature of the group has
  std::vector<Fault> faults;         // loc: body, the name as given
};

// Thread-safe.
class IngestFeatures {
 public:
  // Both outlive it.
  IngestFeatures(FeatureStore& features, const Clock& clock) : features_(features), clock_(clock) {}

  // What of `given` fits the feature table: pure. A feature given under two of its names is a fault.
  static FeatureIntake examine(FeatureGroup group, const std::vector<GivenFeature>& given);

  // Merges it into what is known; features not named keep their values. Invalid, and nothing is stored, when the intake
  // has faults. Otherwise the store's errors.
  Task<Result<void>> store(UserId user, FeatureIntake intake);

 private:
  FeatureStore& features_;
  const Clock& clock_;
};

}  // namespace qm::reco
