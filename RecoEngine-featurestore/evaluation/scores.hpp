// How good scores are: each a probability that the customer leaves, beside what the customer did. Pure; thread-safe.
//
// All functions want as many scores as labels (true: left) and scores without NaN; otherwise std::invalid_argument.
// Equal scores are never told apart by their order: areas count ties half, groups take their average.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace qm::reco {

// The chance that one who left scores above one who stayed (Mann–Whitney; Hanley, McNeil 1982). 0.5 when all are of one
// kind.
double roc_auc(const std::vector<double>& scores, const std::vector<bool>& labels);

// The standard error of such an area (Hanley, McNeil 1982). 1 when all are of one kind.
double roc_auc_error(double area, std::int64_t left, std::int64_t stayed) noexcept;

// Average precision: Σ (recall_k − recall_{k−1}) × precision_k over the distinct scores from the top, without
// interpolation. A scorer that knows nothing gets the share of those who left. 0 when nobody left.
double pr_auc(const std::vector<double>& scores, const std::vector<bool>& labels);

// Mean squared difference of score and outcome (Brier 1950); 0 is perfect. 0 for no scores.
double brier_score(const std::vector<double>& scores, const std::vector<bool>& labels);

// Mean −ln of the probability given to what happened, scores held to 1e−12…1−1e−12. 0 for no scores.
double log_loss(const std::vector<double>& scores, const std::vector<bool>& labels);

// Customers whose scores lie together.
struct ScoreGroup {
  std::size_t count = 0;
  double mean_score = 0;
  double observed = 0;  // share that left
};

// `groups` of (nearly) equal count, lowest scores first; fewer when there are fewer customers than groups. A group that
// a tie runs through gets of the tied ones their average outcome.
std::vector<ScoreGroup> groups_of_equal_count(const std::vector<double>& scores, const std::vector<bool>& labels,
                                              std::size_t groups);

// The same with edges at 0, 1/groups, …, 1; an edge belongs to the group below it, as in [0, 0.1], (0.1, 0.2], …;
// empty groups are left out. Scores outside 0…1 count into the outermost.
std::vector<ScoreGroup> groups_of_equal_width(const std::vector<double>& scores, const std::vector<bool>& labels,
                                              std::size_t groups);

// Expected calibration error: Σ count/n × |observed − mean score| (Naeini, Cooper, Hauskrecht 2015).
double calibration_error(const std::vector<ScoreGroup>& groups);

// How many times as often the tenth with the highest scores left as all did, then the tenth below it, …: ten figures,
// or fewer for fewer than ten customers. Empty when nobody left.
std::vector<double> lift_by_decile(const std::vector<double>& scores, const std::vector<bool>& labels);

inline constexpr std::size_t kCalibrationGroups = 10;

// All of it.
struct ScoreReport {
  std::size_t customers = 0;
  double churn_rate = 0;
  double mean_score = 0;
  double roc_auc = 0;
  double pr_auc = 0;
  double brier = 0;
  double log_loss = 0;
  double calibration_error = 0;              // over groups of equal width, the usual definition
  double calibration_error_equal_count = 0;  // over `calibration`
  std::vector<ScoreGroup> calibration;       // the calibration curve: ten groups of equal count
  std::vector<double> lift;                  // by decile, highest scores first
};
ScoreReport report_scores(const std::vector<double>& scores, const std::vector<bool>& labels);

}  // namespace qm::reco
