// A model of churn made of trees: scores bit for bit as XGBoost's, contributions exact (shap_tables, tree_shap).
#pragma once
#include <span>
#include <vector>

#include "RecoEngine-featurestore/model/churn_model.hpp"
#include "RecoEngine-featurestore/model/shap_tables.hpp"
#include "RecoEngine-featurestore/model/tree_scorer.hpp"
#include "RecoEngine-featurestore/model/tree_shap.hpp"

namespace qm::reco {

constexpr std::size_t kShapTableBytes = 64U << 20;

// Immutable; any number of threads. Allocates nothing per row after a thread's first, but for predict()'s answer.
class TreeModel final : public ChurnModel {
 public:
  // The ensemble has passed check(). Contributions of trees whose tables do not fit into `table_limit_bytes` are found
  // anew for each row, which takes some thirty times as long.
  explicit TreeModel(const TreeEnsemble& ensemble, std::size_t table_limit_bytes = kShapTableBytes);

  ModelOutput predict(const std::vector<float>& row) const override;
  std::size_t columns() const override { return rows_.columns(); }
  ModelFootprint footprint() const override;

  // `row` as for predict(), of the right width. Log-odds.
  float margin(std::span<const float> row) const;
  // The same, and each column's part of it into `contributions`, one per column.
  float explain(std::span<const float> row, std::span<double> contributions) const;
  // Log-odds of the average training row; with the contributions it adds up to the margin but for rounding.
  double base_value() const { return base_value_; }

 private:
  WideRows rows_;
  TreeScorer scorer_;
  ShapTables tables_;
  std::vector<TreeShap> others_;
  double base_value_;
};

}  // namespace qm::reco
