// Whether a model may take the champion's place. Pure.
//
// A candidate and the champion are asked about the same customers, whom neither has learned from. What the candidate
// may lack is what chance may take from it: each gate's limit is widened by the noise of its figures, which follows
// from the customers they were counted on. Of too few customers nothing is concluded, and the champion stays.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qm::reco {

inline constexpr std::size_t kScoreCells = 20;
inline constexpr std::int64_t kMinJudged = 100;        // customers of each kind, where there is a champion to lose
inline constexpr std::int64_t kMinShadowScores = 200;  // of fewer the shadow's distribution says too little

// What is known of a model from customers it was not trained on.
struct ModelTrial {
  double roc_auc = 0;
  double calibration_error = 0;  // ten groups of equal width (scores.hpp)
  std::int64_t stayed = 0, left = 0;
  double predict_us = 0;  // median of one score with its contributions
};

// A candidate beside the champion.
struct Comparison {
  ModelTrial candidate, champion;
  double roc_auc_error = 0;    // the standard error of the difference of their areas
  bool same_customers = true;  // otherwise each was judged by customers of its own, from one source
  std::string unfit;           // why the figures say nothing of who is better; empty: they do
};

// Scores of a candidate and of the champion on the same live customers, as counts of kScoreCells cells of equal width;
// empty: there are none.
struct ShadowTrial {
  std::vector<std::int64_t> candidate, champion;
};
std::int64_t customers_of(const ShadowTrial& shadow) noexcept;

struct GateResult {
  std::string gate;  // "roc_auc", "calibration", "latency", "score_distribution"
  bool passed = true;
  double value = 0;
  double limit = 0;  // what the value had to keep to
  std::string text;  // for people: "ROC-AUC 0.61 is 0.09 below what is wanted, 0.70"
};

// The first three gates, passed or not, in the order above. Without a champion (`against` is empty) only what stands
// for itself is asked, of `candidate`, however few judged it: bad is only what chance cannot explain.
std::vector<GateResult> judge_trial(const ModelTrial& candidate, const std::optional<Comparison>& against);
// The fourth: what the candidate says of live customers must look like what the champion says of them. Refused as «not
// judged» before `needed` customers were scored by both; 0: it is not asked. `shift_accepted`: somebody looked, and
// wants the other distribution, or not to wait.
GateResult judge_distribution(const ShadowTrial& shadow, std::int64_t needed, bool shift_accepted = false);
// That fourth gate where there is no champion to be unlike.
GateResult no_distribution();
bool all_passed(const std::vector<GateResult>& gates) noexcept;

// The cell of a score, 0…1.
std::size_t score_cell(double score) noexcept;
// Population stability index of two counts of the same cells: Σ (p − q) ln(p / q), every cell half a count richer so
// that an empty one is finite. 0 for alike; 0.25 is a great change (Siddiqi 2006).
double stability_index(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b);

}  // namespace qm::reco
