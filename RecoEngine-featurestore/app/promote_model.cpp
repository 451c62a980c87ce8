#include "RecoEngine-featurestore/app/promote_model.hpp"

#include "platform/log/log.hpp"

namespace qm::reco {

ModelTrial PromoteModel::trial_of(const ModelMetadata& metadata) {
  ModelTrial trial;
  const TrainingMetrics& metrics = metadata.metrics;
  trial.roc_auc = metrics.roc_auc;
  trial.calibration_error = metrics.calibration_error;
  trial.left = metrics.true_positives + metrics.false_negatives;
  trial.stayed = metrics.true_negatives + metrics.false_positives;
  trial.predict_us = metadata.predict_us;
  return trial;
}

Task<Result<ModelMetadata>> PromoteModel::read(std::string version) {
  auto text = co_await registry_.metadata(std::move(version));
  if (!text) co_return text.error();
  co_return parse_metadata(*text);
}

Task<Result<std::vector<ModelVersion>>> PromoteModel::list() {
  auto versions = co_await registry_.versions();
  if (!versions) co_return versions.error();
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  std::vector<ModelVersion> models;
  for (std::string& version : *versions) {
    const ModelStage stage = roles->stage_of(version);
    auto metadata = co_await read(std::move(version));
    if (metadata) models.push_back({stage, std::move(*metadata)});
  }
  co_return models;
}

Task<Result<Promotion>> PromoteModel::promote(std::string version, bool accept_shift) {
  std::string looked_up = version;
  auto candidate = co_await read(std::move(looked_up));
  if (!candidate) co_return candidate.error();
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  Promotion promotion;
  promotion.version = version;
  if (roles->champion == version) {
    promotion.promoted = true;
    co_return promotion;
  }
  std::optional<ModelTrial> rival;
  if (!roles->champion.empty()) {
    std::string champion = roles->champion;
    auto metadata = co_await read(std::move(champion));
    if (metadata) rival = trial_of(*metadata);
  }
  ShadowTrial shadow;
  if (const auto figures = shadow_.figures();
      figures && figures->shadow == version && figures->champion == roles->champion)
    shadow = figures->scores;
  promotion.gates = judge_promotion(trial_of(*candidate), rival, shadow, accept_shift);
  promotion.promoted = all_passed(promotion.gates);
  Task<Result<void>> placing = promotion.promoted ? champion_.promote(version, std::move(roles->champion))
                                                  : champion_.put_in_shadow(version);
  auto placed = co_await std::move(placing);
  if (!placed) co_return placed.error();
  for (const auto& gate : promotion.gates)
    if (!gate.passed) log::warn("a model may not be champion", {{"model_version", version}, {"why", gate.text}});
  co_return promotion;
}

Task<Result<std::string>> PromoteModel::roll_back(std::string version) {
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  if (roles->champion != version)
    co_return Error{ErrorKind::Conflict, "The model " + version + " is not the champion; " +
                                             (roles->champion.empty() ? "there is none" : roles->champion + " is") +
                                             "."};
  if (roles->formers.empty())
    co_return Error{ErrorKind::Conflict, "No champion is known that was there before " + version + "."};
  std::string former = roles->formers.back();
  auto done = co_await champion_.go_back(std::move(version), std::move(former));
  if (!done) co_return done.error();
  co_return std::move(roles->formers.back());
}

}  // namespace qm::reco
