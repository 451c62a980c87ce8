// Logistic regression with a ridge, on standardised columns: the plain model that a better one has to beat. Fitted by
// iteratively reweighted least squares (Hastie, Tibshirani, Friedman: «The Elements of Statistical Learning», 4.4.1).
#pragma once
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "platform/core/result.hpp"

namespace qm::reco {

struct LogisticOptions {
  double ridge = 1;  // half of this × the sum of squared weights is added to the loss; not on the intercept
  int max_steps = 50;
  std::vector<int> signs;  // per column: a weight is never below 0 (+1), never above (−1), or free (0); empty: all free
};

// The logarithm of a magnitude, with its sign: what amounts and counts want before a straight line is drawn through
// them. Rising.
inline float flattened(float value) { return std::copysign(std::log1p(std::abs(value)), value); }

// Immutable and thread-safe once fitted.
class LogisticRegression {
 public:
  // `rows`: one after another, `columns` wide, one label (true: left) each. NaN counts as the column's mean. Rejected
  // when labels are all alike, or when the steps run out. std::invalid_argument for sizes that do not fit. Memory for
  // a few rows, however many there are.
  static Result<LogisticRegression> fit(std::span<const float> rows, std::size_t columns,
                                        const std::vector<bool>& labels, const LogisticOptions& options = {});

  // 0…1. std::invalid_argument for a row of another width.
  double predict(std::span<const float> row) const;

  // What each column adds to the log-odds of the average row: together with intercept() they are the row's.
  // std::invalid_argument as above.
  std::vector<double> contributions(std::span<const float> row) const;

  // Per standard deviation of its column, in log-odds.
  const std::vector<double>& weights() const { return weights_; }
  double intercept() const { return intercept_; }
  const std::vector<double>& means() const { return means_; }
  const std::vector<double>& deviations() const { return deviations_; }  // 1 of a column that is always the same

 private:
  // Finds means and deviations, and which columns say anything.
  void standardise(std::span<const float> rows, std::size_t columns, std::vector<std::size_t>& varying);
  double contribution(std::size_t column, float value) const;

  std::vector<double> means_, deviations_, weights_;
  double intercept_ = 0;
};

}  // namespace qm::reco
