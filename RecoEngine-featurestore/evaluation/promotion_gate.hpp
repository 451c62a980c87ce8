// Whether a model may take the champion's place. Pure.
//
// What a candidate may lack is what chance may take from it: each gate's limit is widened by the noise of its figures,
// which follows from the numbers of customers they were counted on.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qm::reco {

inline constexpr std::size_t kScoreCells = 20;

// What is known of a model from customers it was not trained on.
struct ModelTrial {
  double roc_auc = 0;
  double calibration_error = 0;  // ten groups of equal width (scores.hpp)
  double mean_score = 0;
  double churn_rate = 0;  // of the same customers
  std::int64_t stayed = 0, left = 0;
  double predict_us = 0;  // median of one score with its contributions
};

// Scores of a candidate and of the champion on the same customers, as counts of kScoreCells cells of equal width;
// empty: there are none.
struct ShadowTrial {
  std::vector<std::int64_t> candidate, champion;
};

struct GateResult {
  std::string gate;  // "roc_auc", "calibration", "latency", "score_distribution"
  bool passed = true;
  double value = 0;
  double limit = 0;  // what the value had to keep to
  std::string text;  // for people: "ROC-AUC 0.61 is 0.09 below what is wanted, 0.70"
};

inline constexpr std::int64_t kMinShadowScores = 200;  // of fewer the shadow's distribution says too little

// All gates, passed or not, in the order above. Without a champion only what stands for itself is asked, and without a
// shadow's scores nothing of their distribution. `shift_accepted`: somebody looked at the new distribution and wants
// it; it is no sign of a worse model.
std::vector<GateResult> judge_promotion(const ModelTrial& candidate, const std::optional<ModelTrial>& champion,
                                        const ShadowTrial& shadow, bool shift_accepted = false);
bool all_passed(const std::vector<GateResult>& gates) noexcept;

// The cell of a score, 0…1.
std::size_t score_cell(double score) noexcept;
// Population stability index of two counts of the same cells: Σ (p − q) ln(p / q), every cell half a count richer so
// that an empty one is finite. 0 for alike; 0.25 is a great change (Siddiqi 2006).
double stability_index(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b);

}  // namespace qm::reco
