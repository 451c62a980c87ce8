#include "RecoEngine-featurestore/app/promote_model.hpp"

#include <cmath>
#include <utility>

#include "RecoEngine-featurestore/evaluation/scores.hpp"
#include "platform/log/log.hpp"

namespace qm::reco {

namespace {

bool is_of_this_build(const ModelMetadata& metadata) { return metadata.feature_hash == to_hex(feature_table_hash()); }

TrainingSource source_of(const ModelMetadata& metadata) {
  return metadata.source.value_or(TrainingSource::synthetic);  // the only one before there were several
}

}  // namespace

ModelTrial trial_of(const ModelMetadata& metadata) {
  ModelTrial trial;
  const TrainingMetrics& metrics = metadata.metrics;
  trial.roc_auc = metrics.roc_auc;
  trial.calibration_error = metrics.calibration_error;
  trial.left = metrics.true_positives + metrics.false_negatives;
  trial.stayed = metrics.true_negatives + metrics.false_positives;
  trial.predict_us = metadata.predict_us;
  return trial;
}

Comparison comparison_of(const ModelMetadata& candidate, const ModelMetadata& champion) {
  Comparison both;
  const bool simulated = source_of(candidate) == TrainingSource::synthetic;
  if (candidate.compared && candidate.compared->champion == champion.version) {
    both = candidate.compared->figures;
  } else if (champion.compared && champion.compared->champion == candidate.version) {
    both = champion.compared->figures;
    std::swap(both.candidate, both.champion);
  } else {
    both.candidate = trial_of(candidate);
    both.champion = trial_of(champion);
    both.same_customers = false;
    const auto error = [](const ModelTrial& trial) { return roc_auc_error(trial.roc_auc, trial.left, trial.stayed); };
    both.roc_auc_error = std::hypot(error(both.candidate), error(both.champion));
    if (source_of(candidate) != source_of(champion))
      both.unfit = "it was never asked about the customers that the champion was judged by; train it anew";
  }
  if (simulated && source_of(champion) == TrainingSource::events)
    both.unfit = "it has learned from simulated customers, and the champion from real ones";
  return both;
}

Task<Result<ModelMetadata>> PromoteModel::read(std::string version) {
  auto text = co_await registry_.metadata(std::move(version));
  if (!text) co_return text.error();
  co_return parse_metadata(*text);
}

Task<Result<ShadowTrial>> PromoteModel::scores_of(std::string champion, std::string shadow) {
  auto counts = co_await counts_.read(std::move(champion), std::move(shadow));
  if (!counts) co_return counts.error();
  ShadowTrial trial;
  trial.candidate = std::move(counts->shadow_cells);
  trial.champion = std::move(counts->champion_cells);
  co_return trial;
}

Task<Result<std::vector<ModelVersion>>> PromoteModel::list() {
  auto versions = co_await registry_.versions();
  if (!versions) co_return versions.error();
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  std::vector<ModelVersion> models;
  for (std::string& version : *versions) {
    ModelVersion model;
    model.stage = roles->stage_of(version);
    if (model.stage == ModelStage::shadow) {
      std::string champion = roles->champion, shadow = version;
      auto scores = co_await scores_of(std::move(champion), std::move(shadow));
      if (!scores) co_return scores.error();
      model.shadow_scores = customers_of(*scores);
    }
    auto metadata = co_await read(std::move(version));
    if (!metadata) continue;
    model.metadata = std::move(*metadata);
    models.push_back(std::move(model));
  }
  co_return models;
}

Task<Result<std::vector<GateResult>>> PromoteModel::judge(const ModelMetadata* candidate, const ModelRoles* roles,
                                                          bool accept_shift) {
  std::optional<Comparison> against;
  if (!roles->champion.empty()) {
    std::string champion = roles->champion;
    auto metadata = co_await read(std::move(champion));
    // One of other features answers nobody here, and one that is gone cannot be better.
    if (metadata && is_of_this_build(*metadata)) against = comparison_of(*candidate, *metadata);
  }
  std::vector<GateResult> gates = judge_trial(trial_of(*candidate), against);
  if (!against) {
    gates.push_back(no_distribution());
    co_return gates;
  }
  std::string champion = roles->champion, shadow = candidate->version;
  auto scores = co_await scores_of(std::move(champion), std::move(shadow));
  if (!scores) co_return scores.error();
  gates.push_back(judge_distribution(*scores, needed_, accept_shift));
  co_return gates;
}

Task<Result<Promotion>> PromoteModel::promote(std::string version, bool accept_shift) {
  std::string looked_up = version;
  auto candidate = co_await read(std::move(looked_up));
  if (!candidate) co_return candidate.error();
  if (!is_of_this_build(*candidate))
    co_return rejected("The model " + version + " was trained with other features than this program has.");
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  Promotion promotion;
  promotion.version = version;
  promotion.stage = roles->stage_of(version);
  promotion.promoted = promotion.stage == ModelStage::champion;
  if (promotion.promoted) co_return promotion;
  auto gates = co_await judge(&*candidate, &*roles, accept_shift);
  if (!gates) co_return gates.error();
  promotion.gates = std::move(*gates);
  promotion.promoted = all_passed(promotion.gates);
  for (const auto& gate : promotion.gates)
    if (!gate.passed) log::warn("a model may not be champion", {{"model_version", version}, {"why", gate.text}});
  if (promotion.promoted) {
    promotion.stage = ModelStage::champion;
    auto placed = co_await champion_.promote(std::move(version), std::move(roles->champion));
    if (!placed) co_return placed.error();
  } else if (all_passed({promotion.gates.begin(), promotion.gates.end() - 1})) {
    promotion.stage = ModelStage::shadow;
    auto placed = co_await champion_.put_in_shadow(std::move(version));
    if (!placed) co_return placed.error();
  }
  co_return promotion;
}

void PromoteModel::warn_once(const std::string& version, const std::vector<GateResult>& gates) {
  {
    std::lock_guard lock{mutex_};
    if (warned_ == version) return;
    warned_ = version;
  }
  for (const auto& gate : gates)
    if (!gate.passed)
      log::warn("the model in shadow may not be champion", {{"model_version", version}, {"why", gate.text}});
}

Task<Result<void>> PromoteModel::promote_shadow() {
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  if (roles->shadow.empty() || roles->champion.empty()) co_return Result<void>{};
  std::string champion = roles->champion, shadow = roles->shadow;
  auto scores = co_await scores_of(std::move(champion), std::move(shadow));
  if (!scores) co_return scores.error();
  if (customers_of(*scores) < needed_) co_return Result<void>{};
  std::string version = roles->shadow;
  auto candidate = co_await read(std::move(version));
  if (!candidate) co_return candidate.error();
  const bool judged_beside = candidate->compared && candidate->compared->champion == roles->champion;
  if (!is_of_this_build(*candidate) || !judged_beside) co_return Result<void>{};
  auto gates = co_await judge(&*candidate, &*roles, false);
  if (!gates) co_return gates.error();
  if (!all_passed(*gates)) {
    warn_once(roles->shadow, *gates);
    co_return Result<void>{};
  }
  auto placed = co_await champion_.promote(std::move(roles->shadow), std::move(roles->champion));
  if (!placed && placed.error().kind != ErrorKind::Conflict) co_return placed.error();  // Conflict: somebody was faster
  co_return Result<void>{};
}

Task<Result<void>> PromoteModel::tell_shadow() {
  auto counts = shadow_.take();
  if (!counts) co_return Result<void>{};
  auto told = co_await counts_.add(std::move(*counts));
  co_return told;
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
