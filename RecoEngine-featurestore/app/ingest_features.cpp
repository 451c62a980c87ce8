#include "RecoEngine-featurestore/app/ingest_features.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

// The word by which programs tell faults apart, in the manner of the other answers.
std::string fault_type(const FeatureSpec& spec, const std::string& detail) {
  if (detail.find("greater than") != std::string::npos) return "value_error.number.not_ge";
  if (detail.find("less than") != std::string::npos) return "value_error.number.not_le";
  if (detail.rfind("value is not", 0) != 0) return "value_error";
  switch (spec.type) {
    case FeatureType::Integer:
      return "type_error.integer";
    case FeatureType::Real:
      return "type_error.float";
    case FeatureType::Flag:
      return "type_error.bool";
    case FeatureType::Category:
    case FeatureType::Text:
      return "type_error.str";
    case FeatureType::Time:
      return "value_error.datetime";
    case FeatureType::Shares:
      return "type_error.dict";
  }
  return "value_error";
}

void add_fault(FeatureIntake& intake, const std::string& name, std::string message, std::string type) {
  Fault fault;
  fault.loc = {"body", name};
  fault.msg = std::move(message);
  fault.type = std::move(type);
  intake.faults.push_back(std::move(fault));
}

void take(FeatureIntake& intake, std::size_t feature, const GivenFeature& given) {
  const auto& spec = feature_table()[feature];
  if (std::find(intake.stored.begin(), intake.stored.end(), spec.name) != intake.stored.end()) {
    add_fault(intake, given.name, std::string{spec.name} + " is given more than once, under two of its names",
              "value_error.duplicate");
    return;
  }
  intake.stored.emplace_back(spec.name);
  if (!given.value) {
    intake.changes.emplace_back(feature, std::nullopt);
    return;
  }
  auto accepted = accept(spec, *given.value);
  if (!accepted) {
    add_fault(intake, given.name, accepted.error().detail, fault_type(spec, accepted.error().detail));
    return;
  }
  intake.changes.emplace_back(feature, std::move(*accepted));
}

}  // namespace

FeatureIntake IngestFeatures::examine(FeatureGroup group, const std::vector<GivenFeature>& given) {
  FeatureIntake intake;
  for (const auto& each : given) {
    const std::size_t feature = find_feature(group, each.name);
    if (feature == kNoFeature) {
      intake.ignored.push_back(each.name);
    } else {
      take(intake, feature, each);
    }
  }
  return intake;
}

Task<Result<void>> IngestFeatures::store(UserId user, FeatureIntake intake) {
  if (!intake.faults.empty()) co_return invalid(std::move(intake.faults));
  const Timestamp now = clock_.now();
  auto stored = co_await features_.merge(std::move(user), std::move(intake.changes), now);
  co_return stored;
}

}  // namespace qm::reco
