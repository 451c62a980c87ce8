// Gradient-boosted trees by XGBoost: training to bytes of its own format, and models made of such bytes. Serving needs
// nothing of XGBoost but its format (tree_model.hpp).
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/core/result.hpp"
#include "RecoEngine-featurestore/model/churn_model.hpp"

namespace qm::reco {

// Rows one after another, `columns` floats each.
struct Matrix {
  std::size_t columns = 0;
  std::vector<float> values;
  std::vector<float> labels;  // 0 or 1
  // Log-odds that boosting starts from, one per row; empty: from 0. A model trained so gives what is to be added to
  // them.
  std::vector<float> margins;
  std::size_t rows() const { return labels.size(); }
};

// What boosting stops by: the log loss, or the order alone, which a change of season leaves as it was.
enum class StopBy { log_loss, roc_auc };

struct FitOptions {
  std::uint64_t seed = 42;
  int max_rounds = 400;
  int early_stopping_rounds = 25;  // without an improvement; 0: all rounds, whatever `validation` says
  StopBy stop_by = StopBy::log_loss;
  int max_depth = 4;
  double learning_rate = 0.08;
  double rows_per_tree = 0.8;     // shares
  double columns_per_tree = 0.6;
  double min_child_weight = 8;    // of a leaf, in units of p × (1 − p) × rows
  double ridge = 2;               // on the leaves
  double weight_of_leavers = 1;   // of a row with label 1 against one with label 0
  int threads = 1;
  std::vector<int> monotone;  // per column: −1, 0, +1
};

struct Fitted {
  std::string bytes;  // XGBoost's UBJSON
  int rounds = 0;
};

// Boosts on `train` until it gets no better on `validation`, which may be empty without early stopping. The same input,
// options (number of threads included) and library give the same bytes. `progress` gets 0…1 after each round. Rejected
// when `cancelled` becomes true. Throws std::runtime_error when XGBoost fails.
Result<Fitted> fit_xgboost(const Matrix& train, const Matrix& validation, const FitOptions& options,
                           const std::function<void(double)>& progress, const std::atomic<bool>& cancelled);

// Rejected when the bytes are no model of `columns` columns.
Result<std::shared_ptr<const ChurnModel>> load_xgboost_model(const std::string& bytes, std::size_t columns);

std::string xgboost_version();

}  // namespace qm::reco
