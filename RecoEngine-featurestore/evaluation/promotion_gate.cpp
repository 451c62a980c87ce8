#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "RecoEngine-featurestore/evaluation/scores.hpp"

namespace qm::reco {

namespace {

constexpr double kChance = 1.645;   // errors that one equal model in twenty falls short by
constexpr double kDeviations = 2;   // of noise, where nothing is compared pair by pair
constexpr double kLeastAuc = 0.5;
constexpr double kAucAllowance = 0.002;  // too little to matter, however certain
constexpr double kMostAucLost = 0.02;    // however few the customers: small losses must not add up
constexpr double kCalibrationAllowance = 0.02;
constexpr double kWorstCalibration = 0.1;
constexpr double kCalibrationNoise = 0.5;  // of √(cells / customers): a little over what a perfect model shows
constexpr double kCalibrationCells = 10;
constexpr double kLatencyRatio = 2;
constexpr double kLatencyNobodyFeels_us = 50;  // beside the 65 µs that a core has for a whole /predict
constexpr double kGreatChange = 0.25;

double count_of(const std::vector<std::int64_t>& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
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

GateResult refusal(std::string gate, double value, double limit, std::string text) {
  return {std::move(gate), false, value, limit, std::move(text)};
}

bool are_few(const ModelTrial& trial) { return std::min(trial.left, trial.stayed) < kMinJudged; }

// What a small test takes from any model.
double calibration_noise(const ModelTrial& trial) {
  const auto customers = static_cast<double>(std::max<std::int64_t>(trial.left + trial.stayed, 1));
  return kCalibrationNoise * std::sqrt(kCalibrationCells / customers);
}

std::vector<GateResult> judge_alone(const ModelTrial& candidate) {
  // Of one that is no better than chance, chance alone may be the reason.
  const double noise = kDeviations * roc_auc_error(candidate.roc_auc, candidate.left, candidate.stayed);
  return {at_least("roc_auc", "ROC-AUC", candidate.roc_auc, kLeastAuc - noise),
          at_most("calibration", "the calibration error", candidate.calibration_error,
                  kWorstCalibration + calibration_noise(candidate)),
          {"latency", true, candidate.predict_us, candidate.predict_us, "there is no champion to be slower than"}};
}

GateResult judge_area(const Comparison& both) {
  const double ours = both.candidate.roc_auc, theirs = both.champion.roc_auc;
  const double loss = std::clamp(kChance * both.roc_auc_error, kAucAllowance, kMostAucLost);
  if (!both.unfit.empty()) return refusal("roc_auc", ours, theirs - loss, "not comparable: " + both.unfit);
  for (const ModelTrial* trial : {&both.candidate, &both.champion})
    if (are_few(*trial))
      return refusal("roc_auc", ours, theirs - loss,
                     "too few to judge: " + std::to_string(trial->left) + " customers who left and " +
                         std::to_string(trial->stayed) + " who stayed, and " + std::to_string(kMinJudged) +
                         " of each are needed");
  const double limit = std::max(theirs - loss, kLeastAuc);
  GateResult result = at_least("roc_auc", "ROC-AUC", ours, limit);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "; the champion has %.3f on %s customers", theirs,
                both.same_customers ? "the same" : "its own");
  result.text += text.data();
  return result;
}

GateResult judge_calibration(const Comparison& both) {
  // Where nobody is well calibrated (a season that no earlier window shows) the candidate is only held to the champion.
  const double theirs = both.champion.calibration_error;
  const double limit = std::max(theirs, std::min(theirs + kCalibrationAllowance, kWorstCalibration));
  return at_most("calibration", "the calibration error", both.candidate.calibration_error,
                 limit + calibration_noise(both.candidate));
}

GateResult judge_latency(const Comparison& both) {
  return at_most("latency", "a score's time in microseconds", both.candidate.predict_us,
                 std::max(kLatencyRatio * both.champion.predict_us, kLatencyNobodyFeels_us));
}

}  // namespace

std::int64_t customers_of(const ShadowTrial& shadow) noexcept {
  const auto sum = [](const std::vector<std::int64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  };
  return std::min(sum(shadow.candidate), sum(shadow.champion));
}

std::vector<GateResult> judge_trial(const ModelTrial& candidate, const std::optional<Comparison>& against) {
  if (!against) return judge_alone(candidate);
  return {judge_area(*against), judge_calibration(*against), judge_latency(*against)};
}

GateResult judge_distribution(const ShadowTrial& shadow, std::int64_t needed, bool shift_accepted) {
  if (needed == 0) return {"score_distribution", true, 0, kGreatChange, "not asked"};
  const std::int64_t customers = customers_of(shadow);
  GateResult result;
  if (customers < needed) {
    result = refusal("score_distribution", 0, kGreatChange,
                     "not judged: " + std::to_string(customers) + " of " + std::to_string(needed) +
                         " customers were scored in shadow");
  } else {
    // What two samples of one distribution come to on average, twice (Yurdakul 2018).
    const double noise = kDeviations * static_cast<double>(kScoreCells - 1) *
                         (1 / count_of(shadow.candidate) + 1 / count_of(shadow.champion));
    result = at_most("score_distribution", "the stability index against the champion's scores",
                     stability_index(shadow.candidate, shadow.champion), kGreatChange + noise);
  }
  if (result.passed || !shift_accepted) return result;
  result.passed = true;
  result.text += ", which was accepted";
  return result;
}

GateResult no_distribution() {
  return {"score_distribution", true, 0, kGreatChange, "there is no champion to be unlike"};
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
