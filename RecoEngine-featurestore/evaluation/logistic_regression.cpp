#include "RecoEngine-featurestore/evaluation/logistic_regression.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

namespace qm::reco {

namespace {

constexpr double kSettled = 1e-9;    // the largest change of a weight in the last step
constexpr double kFlattest = 1e-10;  // of a row's weight, so that certain rows leave the equations solvable
constexpr Eigen::Index kRowsAtATime = 256;  // rows that are standardised at a time

double sigmoid(double margin) { return 1 / (1 + std::exp(-margin)); }

// The rows of those columns that vary, standardised block by block; the last column is the intercept's.
class Blocks {
 public:
  Blocks(std::span<const float> rows, std::size_t columns, const std::vector<double>& means,
         const std::vector<double>& deviations, const std::vector<std::size_t>& varying)
      : rows_(rows), columns_(columns), means_(means), deviations_(deviations), varying_(varying) {}

  template <class Visit>
  void each(Visit visit) const {
    const auto width = static_cast<Eigen::Index>(varying_.size());
    const std::size_t all = rows_.size() / columns_;
    Eigen::MatrixXd block(kRowsAtATime, width + 1);
    for (std::size_t first = 0; first < all; first += kRowsAtATime) {
      const auto count = static_cast<Eigen::Index>(std::min<std::size_t>(kRowsAtATime, all - first));
      block.resize(count, width + 1);
      for (Eigen::Index i = 0; i < count; ++i) {
        const float* row = &rows_[(first + static_cast<std::size_t>(i)) * columns_];
        for (Eigen::Index v = 0; v < width; ++v) {
          const std::size_t c = varying_[static_cast<std::size_t>(v)];
          block(i, v) = std::isnan(row[c]) ? 0 : (static_cast<double>(row[c]) - means_[c]) / deviations_[c];
        }
        block(i, width) = 1;
      }
      visit(first, block);
    }
  }

 private:
  std::span<const float> rows_;
  std::size_t columns_;
  const std::vector<double>& means_;
  const std::vector<double>& deviations_;
  const std::vector<std::size_t>& varying_;
};

// One step's equations: curvature × change = slope.
struct Equations {
  Eigen::MatrixXd curvature;
  Eigen::VectorXd slope;

  Equations(const Blocks& blocks, const std::vector<bool>& labels, const Eigen::VectorXd& weights,
            const Eigen::VectorXd& ridge)
      : curvature(ridge.asDiagonal()), slope(ridge.cwiseProduct(weights)) {
    blocks.each([&](std::size_t first, const Eigen::MatrixXd& block) {
      const Eigen::VectorXd p = (block * weights).unaryExpr([](double margin) { return sigmoid(margin); });
      Eigen::VectorXd off = p;
      for (Eigen::Index i = 0; i < off.size(); ++i) off(i) -= labels[first + static_cast<std::size_t>(i)] ? 1 : 0;
      const Eigen::VectorXd bend = (p.array() * (1 - p.array())).max(kFlattest).matrix();
      slope.noalias() += block.transpose() * off;
      curvature.noalias() += block.transpose() * bend.asDiagonal() * block;
    });
  }
};

// Weights that may not have the sign that the rows would give them stay at 0, until the others want it otherwise.
class SignKeeper {
 public:
  SignKeeper(const std::vector<int>& signs, const std::vector<std::size_t>& varying) : held_(varying.size() + 1, 0) {
    for (const std::size_t c : varying) signs_.push_back(signs.empty() ? 0 : signs[c]);
    signs_.push_back(0);
  }

  void hold_back(Equations& equations) const {
    for (std::size_t v = 0; v < held_.size(); ++v) {
      if (!held_[v]) continue;
      const auto at = static_cast<Eigen::Index>(v);
      equations.curvature.row(at).setZero();
      equations.curvature.col(at).setZero();
      equations.curvature(at, at) = 1;
      equations.slope(at) = 0;
    }
  }
  // → whether all have their signs as they are.
  bool keep(Eigen::VectorXd& weights) {
    bool kept = true;
    for (std::size_t v = 0; v < held_.size(); ++v) {
      double& weight = weights(static_cast<Eigen::Index>(v));
      if (signs_[v] * weight >= 0) continue;
      weight = 0;
      held_[v] = true;
      kept = false;
    }
    return kept;
  }
  // → whether one was let go that its slope now draws to the right side; each once, so that it comes to an end.
  bool let_go(const Eigen::VectorXd& slope) {
    bool any = false;
    for (std::size_t v = 0; v < held_.size(); ++v) {
      const bool wanted = held_[v] && signs_[v] * slope(static_cast<Eigen::Index>(v)) < -kSettled;
      if (!wanted || let_go_.contains(v)) continue;
      held_[v] = false;
      let_go_.insert(v);
      any = true;
    }
    return any;
  }

 private:
  std::vector<int> signs_;
  std::vector<char> held_;
  std::set<std::size_t> let_go_;
};

}  // namespace

Result<LogisticRegression> LogisticRegression::fit(std::span<const float> rows, std::size_t columns,
                                                   const std::vector<bool>& labels, const LogisticOptions& options) {
  if (columns == 0 || rows.size() != columns * labels.size())
    throw std::invalid_argument("as many rows as labels are wanted");
  if (!options.signs.empty() && options.signs.size() != columns)
    throw std::invalid_argument("as many signs as columns are wanted");
  const auto left = std::count(labels.begin(), labels.end(), true);
  if (left == 0 || left == static_cast<std::ptrdiff_t>(labels.size()))
    return rejected("Logistic regression wants customers who left and customers who stayed.");

  LogisticRegression model;
  std::vector<std::size_t> varying;
  model.standardise(rows, columns, varying);
  const Blocks blocks{rows, columns, model.means_, model.deviations_, varying};
  const auto k = static_cast<Eigen::Index>(varying.size());
  Eigen::VectorXd ridge = Eigen::VectorXd::Constant(k + 1, options.ridge);
  ridge(k) = 0;
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(k + 1);
  SignKeeper signs{options.signs, varying};
  bool settled = false;
  for (int step = 0; step < options.max_steps && !settled; ++step) {
    Equations equations{blocks, labels, weights, ridge};
    const Eigen::VectorXd slope = equations.slope;
    signs.hold_back(equations);
    const Eigen::VectorXd change = equations.curvature.ldlt().solve(equations.slope);
    weights -= change;
    if (!weights.allFinite()) return rejected("Logistic regression does not settle on these rows.");
    settled = signs.keep(weights) && change.cwiseAbs().maxCoeff() < kSettled && !signs.let_go(slope);
  }
  if (!settled) return rejected("Logistic regression does not settle on these rows.");
  for (Eigen::Index v = 0; v < k; ++v) model.weights_[varying[static_cast<std::size_t>(v)]] = weights(v);
  model.intercept_ = weights(k);
  return model;
}

void LogisticRegression::standardise(std::span<const float> rows, std::size_t columns,
                                     std::vector<std::size_t>& varying) {
  means_.assign(columns, 0);
  deviations_.assign(columns, 1);
  weights_.assign(columns, 0);
  const auto all = static_cast<double>(rows.size() / columns);
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0, known = 0;
    for (std::size_t i = c; i < rows.size(); i += columns) {
      if (!std::isnan(rows[i])) sum += static_cast<double>(rows[i]), ++known;
    }
    means_[c] = known == 0 ? 0 : sum / known;
    for (std::size_t i = c; i < rows.size(); i += columns) {
      const double away = std::isnan(rows[i]) ? 0 : static_cast<double>(rows[i]) - means_[c];
      squares += away * away;
    }
    if (!(squares > 0)) continue;
    deviations_[c] = std::sqrt(squares / all);
    varying.push_back(c);
  }
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
