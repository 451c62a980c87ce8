#include "RecoEngine-featurestore/domain/model_input.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qm::reco {

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// A language tag counts by its language alone: en-US and en-GB are both en.
std::string_view level_of(const FeatureSpec& spec, std::string_view text) {
  return spec.name == "lang_pref" ? text.substr(0, text.find('-')) : text;
}

void append(std::vector<float>& row, const FeatureSpec& spec, const FeatureValue* value) {
  switch (spec.input) {
    case ModelInput::None: return;
    case ModelInput::Number: {
      const auto number = value == nullptr ? std::nullopt : as_number(*value);
      row.push_back(number ? static_cast<float>(*number) : kMissing);
      return;
    }
    case ModelInput::Ordinal:
    case ModelInput::OneHot: break;
  }
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  const auto found =
      text == nullptr ? spec.levels.end() : std::find(spec.levels.begin(), spec.levels.end(), level_of(spec, *text));
  if (spec.input == ModelInput::Ordinal) {
    row.push_back(found == spec.levels.end() ? kMissing : static_cast<float>(found - spec.levels.begin()));
    return;
  }
  for (auto level = spec.levels.begin(); level != spec.levels.end(); ++level) {
    row.push_back(text == nullptr ? kMissing : level == found ? 1.0F : 0.0F);
  }
  row.push_back(text == nullptr ? kMissing : found == spec.levels.end() ? 1.0F : 0.0F);
}

}  // namespace

const std::vector<ModelColumn>& model_columns() {
  static const std::vector<ModelColumn> columns = [] {
    std::vector<ModelColumn> made;
    const auto table = feature_table();
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto& spec = table[i];
      const std::string name{spec.name};
      if (spec.input == ModelInput::Number || spec.input == ModelInput::Ordinal)
        made.push_back({i, name, spec.monotone});
      if (spec.input != ModelInput::OneHot) continue;
      for (const auto level : spec.levels) made.push_back({i, name + "=" + std::string{level}, 0});
      made.push_back({i, name + "=(other)", 0});
    }
    return made;
  }();
  return columns;
}

std::size_t find_model_column(std::string_view name) {
  const auto found = std::ranges::find(model_columns(), name, &ModelColumn::name);
  return static_cast<std::size_t>(found - model_columns().begin());
}

const std::vector<ModelFeature>& model_features() {
  static const std::vector<ModelFeature> features = [] {
    std::vector<ModelFeature> made;
    const auto& columns = model_columns();
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (made.empty() || made.back().feature != columns[c].feature) made.push_back({columns[c].feature, c, 0});
      ++made.back().columns;
    }
    return made;
  }();
  return features;
}

float value_in_row(const ModelFeature& feature, std::span<const float> row) noexcept {
  const auto first = row.begin() + static_cast<std::ptrdiff_t>(feature.first_column);
  if (feature.columns == 1 || std::isnan(*first)) return *first;
  return static_cast<float>(std::max_element(first, first + static_cast<std::ptrdiff_t>(feature.columns)) - first);
}

std::vector<float> to_model_row(const FeatureVector& features) {
  std::vector<float> row;
  row.reserve(model_columns().size());
  for (std::size_t i = 0; i < features.size(); ++i) {
    append(row, feature_table()[i], features[i] ? &features[i]->value : nullptr);
  }
  return row;
}

}  // namespace qm::reco
