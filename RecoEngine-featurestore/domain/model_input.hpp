// The model's columns, as the feature table gives them, and customers as rows of them.
#pragma once
#include <span>
#include <string>
#include <string_view>
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
// Its place among them; model_columns().size() when there is none of this name.
std::size_t find_model_column(std::string_view name);

// A feature's place in the row: more than one column are its levels.
struct ModelFeature {
  std::size_t feature;  // row of the feature table
  std::size_t first_column;
  std::size_t columns;
};

// Those that enter the model, in the order of the columns. Thread-safe.
const std::vector<ModelFeature>& model_features();

// One float per column; NaN where the feature is missing (a one-hot feature's columns are then all NaN).
std::vector<float> to_model_row(const FeatureVector& features);

// The feature as one number again: a level as its place among the feature's columns. NaN where it is missing.
float value_in_row(const ModelFeature& feature, std::span<const float> row) noexcept;

}  // namespace qm::reco
