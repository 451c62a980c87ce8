#include "RecoEngine-featurestore/evaluation/logistic_regression.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace qm::reco {

namespace {

constexpr double kSettled = 1e-9;    // the largest change of a weight in the last step
constexpr double kFlattest = 1e-10;  // of a row's weight, so that certain rows leave the equations solvable

double sigmoid(double margin) { return 1 / (1 + std::exp(-margin)); }

}  // namespace

Result<LogisticRegression> LogisticRegression::fit(std::span<const float> rows, std::size_t columns,
                                                   const std::vector<bool>& labels, const LogisticOptions& options) {
  if (columns == 0 || rows.size() != columns * labels.size())
    throw std::invalid_argument("as many rows as labels are wanted");
  const auto left = std::count(labels.begin(), labels.end(), true);
  if (left == 0 || left == static_cast<std::ptrdiff_t>(labels.size()))
    return rejected("Logistic regression wants customers who left and customers who stayed.");

  LogisticRegression model;
  model.means_.assign(columns, 0);
  model.deviations_.assign(columns, 1);
  const auto n = static_cast<Eigen::Index>(labels.size()), k = static_cast<Eigen::Index>(columns);
  Eigen::MatrixXd x(n, k + 1);  // the last column is the intercept's
  Eigen::VectorXd y(n);
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0, known = 0;
    for (std::size_t i = c; i < rows.size(); i += columns) {
      if (!std::isnan(rows[i])) sum += static_cast<double>(rows[i]), ++known;
    }
    const double mean = known == 0 ? 0 : sum / known;
    for (std::size_t i = c; i < rows.size(); i += columns) {
      const double away = std::isnan(rows[i]) ? 0 : static_cast<double>(rows[i]) - mean;
      squares += away * away;
      x(static_cast<Eigen::Index>(i / columns), static_cast<Eigen::Index>(c)) = away;
    }
    model.means_[c] = mean;
    if (squares > 0) model.deviations_[c] = std::sqrt(squares / static_cast<double>(n));
    x.col(static_cast<Eigen::Index>(c)) /= model.deviations_[c];
  }
  x.col(k).setOnes();
  for (Eigen::Index i = 0; i < n; ++i) y(i) = labels[static_cast<std::size_t>(i)] ? 1 : 0;

  Eigen::VectorXd ridge = Eigen::VectorXd::Constant(k + 1, options.ridge);
  ridge(k) = 0;
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(k + 1);
  bool settled = false;
  for (int step = 0; step < options.max_steps && !settled; ++step) {
    const Eigen::VectorXd p = (x * weights).unaryExpr([](double margin) { return sigmoid(margin); });
    const Eigen::VectorXd bend = (p.array() * (1 - p.array())).max(kFlattest).matrix();
    const Eigen::VectorXd slope = x.transpose() * (p - y) + ridge.cwiseProduct(weights);
    Eigen::MatrixXd curvature = x.transpose() * bend.asDiagonal() * x;
    curvature.diagonal() += ridge;
    const Eigen::VectorXd change = curvature.ldlt().solve(slope);
    weights -= change;
    if (!weights.allFinite()) return rejected("Logistic regression does not settle on these rows.");
    settled = change.cwiseAbs().maxCoeff() < kSettled;
  }
  if (!settled) return rejected("Logistic regression does not settle on these rows.");
  model.weights_.assign(weights.data(), weights.data() + k);
  model.intercept_ = weights(k);
  return model;
}

double LogisticRegression::contribution(std::size_t column, float value) const {
  return std::isnan(value) ? 0
                           : weights_[column] * (static_cast<double>(value) - means_[column]) / deviations_[column];
}

double LogisticRegression::predict(std::span<const float> row) const {
  if (row.size() != weights_.size()) throw std::invalid_argument("a row has another width than the model");
  double margin = intercept_;
  for (std::size_t c = 0; c < row.size(); ++c) margin += contribution(c, row[c]);
  return sigmoid(margin);
}

std::vector<double> LogisticRegression::contributions(std::span<const float> row) const {
  if (row.size() != weights_.size()) throw std::invalid_argument("a row has another width than the model");
  std::vector<double> parts;
  for (std::size_t c = 0; c < row.size(); ++c) parts.push_back(contribution(c, row[c]));
  return parts;
}

}  // namespace qm::reco
