// Why a customer is at risk: the model's contributions per column, summed by feature and family.
#pragma once
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

inline constexpr std::size_t kMaxReasons = 5;

struct FeatureContribution {
  std::size_t feature;  // row of the feature table
  double shap;          // log-odds
};

struct Reason {
  ReasonFamily family;
  double contribution;  // log-odds, above 0: the sum over all features of the family
  std::string text;     // about its strongest feature
  std::vector<FeatureContribution> features;  // strongest first; those that pull the other way at the end
};

// `shap` has one value per model column, in the order of model_columns(). At most kMaxReasons, strongest first; only
// families whose summed contribution is positive.
std::vector<Reason> reasons_of(const std::vector<double>& shap, const FeatureVector& features);

}  // namespace qm::reco
