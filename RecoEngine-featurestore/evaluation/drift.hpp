// Whether what a model is asked about still looks like what it was trained on. Pure and thread-safe.
//
// A feature's values are counted in bins in both samples; their stability index, divided by 1/n + 1/m, is
// χ²-distributed with one degree of freedom less than there are bins when both come from one distribution (Yurdakul:
// «Statistical Properties of Population Stability Index», 2018). Both sizes count, as what was trained on is a sample
// too. So the threshold follows from the sizes, the bins and the number of features looked at (Bonferroni), and not
// from a rule of thumb.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace qm::reco {

inline constexpr std::size_t kQuantileBins = 10;
inline constexpr std::size_t kMaxDriftBins = kQuantileBins + 2;
inline constexpr double kFalseAlarmRate = 0.05;  // of any feature or the scores, in one look
// Neighbouring bins are joined until each may expect so many in the smaller sample. With the usual five a rare bin
// alarms up to twice as often as it may, out where one of forty features has its threshold; with ten a quarter more.
inline constexpr double kMinExpected = 10;
inline constexpr std::int64_t kMinDriftRows = 100;  // of either sample: as many as ten bins want

// How a feature's values were spread when the model was trained.
struct ReferenceHistogram {
  std::string name;
  bool exact = false;         // `edges` are the only values there were: a bin each, and one for any other
  std::vector<double> edges;  // rising; unless exact, each is the highest value of its bin, and one more bin lies above
  std::vector<std::int64_t> counts;  // edges.size() + 2: the bins, then missing values

  std::int64_t rows() const noexcept;
};

struct DriftReference {
  std::vector<ReferenceHistogram> features;
  ReferenceHistogram scores;  // of customers that the model was not trained on

  // The features' and the scores': what shares the rate of false alarms.
  std::size_t tests() const noexcept { return features.size() + 1; }
};

// NaN is a missing value. Up to kQuantileBins distinct values are kept as they are; more are cut at quantiles, so that
// the bins hold equally many as far as ties allow.
ReferenceHistogram reference_histogram(std::string name, std::vector<double> values);
// Of one that was read: whether its parts fit each other.
bool is_sound(const ReferenceHistogram& reference) noexcept;
// Below reference.counts.size().
std::size_t drift_bin(const ReferenceHistogram& reference, double value) noexcept;

struct DriftFigure {
  std::string name;
  std::int64_t rows = 0, reference_rows = 0;
  bool enough = false;   // rows to say anything; otherwise what follows is 0
  double statistic = 0;  // stability index
  double threshold = 0;
  bool drifted() const noexcept { return enough && statistic > threshold; }
};

// `live`: counts of the same bins. `tests`: how many comparisons share kFalseAlarmRate, at least 1.
// std::invalid_argument when the bins are not the same.
DriftFigure judge_drift(const ReferenceHistogram& reference, std::span<const std::int64_t> live, std::size_t tests);

}  // namespace qm::reco
