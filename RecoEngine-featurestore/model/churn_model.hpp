// A model of churn: rows of model_columns() in, log-odds and their exact composition out.
#pragma once
#include <string>
#include <vector>

namespace qm::reco {

struct ModelOutput {
  double probability = 0;     // 0…1
  double base_value = 0;      // log-odds of the average customer
  std::vector<double> shap;   // one per column, log-odds: base_value + their sum is the margin, but for rounding (1e-5
                              // at most). Of a model without calibration it is the log-odds of `probability`; with one
                              // the probability is what has come true at such a margin (training/calibrated_model.hpp)
  double margin = 0;          // log-odds
};

// What exact contributions cost in memory, and how they are found.
struct ModelFootprint {
  std::size_t trees_by_tables = 0;  // read from tables made at load
  std::size_t trees_by_path = 0;    // found anew for each row, as their tables would exceed the bound
  std::size_t table_bytes = 0;
};

// Immutable; predict() may be called from many threads at once.
class ChurnModel {
 public:
  virtual ~ChurnModel() = default;
  // `row`: one float per column, NaN where missing. Throws std::runtime_error for a row of another width.
  virtual ModelOutput predict(const std::vector<float>& row) const = 0;
  virtual std::size_t columns() const = 0;
  virtual ModelFootprint footprint() const { return {}; }  // nothing: not made of trees
};

}  // namespace qm::reco
