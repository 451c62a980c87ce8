// The model's columns, as the feature table gives them, and customers as rows of them.
#pragma once
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

struct ModelColumn {
  std::size_t feature;  // row of the feature table
  std::string name;     // "cart_abandon", "device_type=mobile", "device_type=(other)"
  int monotone;
};

// Fixed for a build of the program. Thread-safe.
const std::vector<ModelColumn>& model_columns();

// One float per column; NaN where the feature is missing (a one-hot feature's columns are then all NaN).
std::vector<float> to_model_row(const FeatureVector& features);

}  // namespace qm::reco
