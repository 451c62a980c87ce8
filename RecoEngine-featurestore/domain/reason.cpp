#include "RecoEngine-featurestore/domain/reason.hpp"

#include <algorithm>

#include "RecoEngine-featurestore/domain/model_input.hpp"

namespace qm::reco {

std::vector<Reason> reasons_of(const std::vector<double>& shap, const FeatureVector& features) {
  std::vector<double> by_feature(feature_table().size(), 0.0);
  const auto& columns = model_columns();
  for (std::size_t i = 0; i < std::min(shap.size(), columns.size()); ++i) by_feature[columns[i].feature] += shap[i];

  std::vector<Reason> families(kReasonFamilies);
  for (std::size_t i = 0; i < families.size(); ++i) families[i] = {static_cast<ReasonFamily>(i), 0, "", {}};
  for (std::size_t i = 0; i < by_feature.size(); ++i) {
    const auto& spec = feature_table()[i];
    if (spec.input == ModelInput::None || by_feature[i] == 0) continue;
    auto& family = families[static_cast<std::size_t>(spec.family)];
    family.contribution += by_feature[i];
    family.features.push_back({i, by_feature[i]});
  }
  std::erase_if(families, [](const Reason& reason) { return !(reason.contribution > 0); });
  std::stable_sort(families.begin(), families.end(),
                   [](const Reason& a, const Reason& b) { return a.contribution > b.contribution; });
  if (families.size() > kMaxReasons) families.resize(kMaxReasons);
  for (auto& reason : families) {
    std::stable_sort(reason.features.begin(), reason.features.end(),
                     [](const auto& a, const auto& b) { return a.shap > b.shap; });
    const std::size_t strongest = reason.features.front().feature;
    const auto& known = features[strongest];
    reason.text = explain(feature_table()[strongest], known ? &known->value : nullptr);
  }
  return families;
}

}  // namespace qm::reco
