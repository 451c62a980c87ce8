// Two scorers on the same customers: is one of them better? Pure; thread-safe.
//
// Both err on the same customers, so the difference of their areas under the ROC curve is far less noisy than each area
// (DeLong, DeLong, Clarke-Pearson 1988). Found in n log n from midranks (Sun, Xu 2014).
#pragma once
#include <vector>

namespace qm::reco {

struct PairedAreas {
  double a = 0, b = 0;  // areas under the ROC curve, ties half
  double error = 0;     // the standard error of a − b; 0 for scores in the same order
};

// `labels`: true: left. std::invalid_argument unless there are as many of each, and of either kind at least two.
PairedAreas compare_areas(const std::vector<double>& a, const std::vector<double>& b, const std::vector<bool>& labels);

}  // namespace qm::reco
