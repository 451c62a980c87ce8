#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "RecoEngine-featurestore/evaluation/scores.hpp"

namespace qm::reco {

namespace {

constexpr double kDeviations = 2;  // of noise that chance may take
constexpr double kLeastAuc = 0.5;
constexpr double kAucAllowance = 0.01;
constexpr double kCalibrationAllowance = 0.05;
constexpr double kCalibrationNoise = 0.5;  // of √(cells / customers): a little over what a perfect model shows
constexpr double kCalibrationCells = 10;
constexpr double kLatencyRatio = 2;
constexpr double kLatencyAllowance_us = 100;
constexpr double kGreatChange = 0.25;

double count_of(const std::vector<std::int64_t>& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
}

double auc_variance(const ModelTrial& trial) {
  const double error = roc_auc_error(trial.roc_auc, trial.left, trial.stayed);
  return error * error;
}

GateResult at_least(std::string gate, const char* what, double value, double limit) {
  GateResult result{std::move(gate), value >= limit, value, limit, {}};
  std::array<char, 160> text{};
  if (result.passed) std::snprintf(text.data(), text.size(), "%s %.3f is at least %.3f", what, value, limit);
  else std::snprintf(text.data(), text.size(), "%s %.3f is %.3f below what is wanted, %.3f", what, value,
                     limit - value, limit);
  result.text = text.data();
  return result;
}

GateResult at_most(std::string gate, const char* what, double value, double limit) {
  GateResult result{std::move(gate), value <= limit, value, limit, {}};
  std::array<char, 160> text{};
  if (result.passed) std::snprintf(text.data(), text.size(), "%s %.3f is at most %.3f", what, value, limit);
  else std::snprintf(text.data(), text.size(), "%s %.3f is %.3f above what is allowed, %.3f", what, value,
                     value - limit, limit);
  result.text = text.data();
  return result;
}

GateResult judge_area(const ModelTrial& candidate, const std::optional<ModelTrial>& champion) {
  // Of one that is no better than chance, chance alone may be the reason.
  double limit = kLeastAuc - kDeviations * std::sqrt(auc_variance(candidate));
  if (champion) {
    const double noise = std::sqrt(auc_variance(candidate) + auc_variance(*champion));
    limit = std::max(limit, champion->roc_auc - std::max(kAucAllowance, kDeviations * noise));
  }
  return at_least("roc_auc", "ROC-AUC", candidate.roc_auc, limit);
}

GateResult judge_calibration(const ModelTrial& candidate, const std::optional<ModelTrial>& champion) {
  const auto customers = static_cast<double>(std::max<std::int64_t>(candidate.left + candidate.stayed, 1));
  const double noise = kCalibrationNoise * std::sqrt(kCalibrationCells / customers);
  const double limit = (champion ? champion->calibration_error : 0) + kCalibrationAllowance + noise;
  return at_most("calibration", "the calibration error", candidate.calibration_error, limit);
}

GateResult judge_latency(const ModelTrial& candidate, const std::optional<ModelTrial>& champion) {
  const double limit = champion ? kLatencyRatio * champion->predict_us + kLatencyAllowance_us
                                : std::numeric_limits<double>::infinity();
  GateResult result = at_most("latency", "a score's time in microseconds", candidate.predict_us, limit);
  if (!champion) {
    result.limit = candidate.predict_us;
    result.text = "there is no champion to be slower than";
  }
  return result;
}

GateResult judge_distribution(const ShadowTrial& shadow, bool shift_accepted) {
  const double ours = count_of(shadow.candidate), theirs = count_of(shadow.champion);
  if (std::min(ours, theirs) < static_cast<double>(kMinShadowScores))
    return {"score_distribution", true, 0, kGreatChange, "too few customers were scored in shadow to say"};
  // What two samples of one distribution come to on average, twice (Yurdakul 2018).
  const double noise = kDeviations * static_cast<double>(kScoreCells - 1) * (1 / ours + 1 / theirs);
  GateResult result = at_most("score_distribution", "the stability index against the champion's scores",
                              stability_index(shadow.candidate, shadow.champion), kGreatChange + noise);
  if (result.passed || !shift_accepted) return result;
  result.passed = true;
  result.text += ", which was accepted";
  return result;
}

}  // namespace

std::vector<GateResult> judge_promotion(const ModelTrial& candidate, const std::optional<ModelTrial>& champion,
                                        const ShadowTrial& shadow, bool shift_accepted) {
  return {judge_area(candidate, champion), judge_calibration(candidate, champion), judge_latency(candidate, champion),
          judge_distribution(shadow, shift_accepted)};
}

bool all_passed(const std::vector<GateResult>& gates) noexcept {
  return std::ranges::all_of(gates, &GateResult::passed);
}

std::size_t score_cell(double score) noexcept {
  if (!(score > 0)) return 0;
  return std::min(static_cast<std::size_t>(score * static_cast<double>(kScoreCells)), kScoreCells - 1);
}

double stability_index(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  const std::size_t cells = std::min(a.size(), b.size());
  const double a_all = count_of(a) + 0.5 * static_cast<double>(cells);
  const double b_all = count_of(b) + 0.5 * static_cast<double>(cells);
  double index = 0;
  for (std::size_t i = 0; i < cells; ++i) {
    const double p = (static_cast<double>(a[i]) + 0.5) / a_all, q = (static_cast<double>(b[i]) + 0.5) / b_all;
    index += (p - q) * std::log(p / q);
  }
  return index;
}

}  // namespace qm::reco
