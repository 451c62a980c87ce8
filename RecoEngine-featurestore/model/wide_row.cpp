#include "RecoEngine-featurestore/model/wide_row.hpp"

#include <cmath>

namespace qm::reco {

WideRows::WideRows(const TreeEnsemble& ensemble) : columns_(ensemble.columns) {
  for (const auto& tree : ensemble.trees) {
    auto& splits = splits_.emplace_back();
    for (const auto& node : tree.nodes) splits.push_back(node.is_leaf() ? WideSplit{} : split_of(tree, node));
  }
}

WideSplit WideRows::split_of(const DecisionTree& tree, const TreeNode& node) {
  if (node.right_categories < 0) {
    const std::size_t column = node.missing_left ? columns_ + node.column : node.column;
    return {static_cast<std::uint32_t>(column), node.threshold};
  }
  const auto column = static_cast<std::uint32_t>(2 * columns_ + by_categories_.size());
  by_categories_.push_back(
      {node.column, node.missing_left, tree.categories[static_cast<std::size_t>(node.right_categories)]});
  return {column, 0.0F};
}

void WideRows::widen(std::span<const float> row, float* wide) const {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float* high = wide;
  float* low = wide + columns_;
  for (std::size_t i = 0; i < columns_; ++i) {
    const float value = row[i];
    const bool missing = std::isnan(value);
    high[i] = missing ? kInfinity : value;
    low[i] = missing ? -kInfinity : value;
  }
  float* answer = low + columns_;
  for (const auto& split : by_categories_) {
    const float value = row[split.column];
    const bool left = std::isnan(value) ? split.missing_left : goes_left(split.right, value);
    *answer++ = left ? -1.0F : 1.0F;
  }
  *answer = -kInfinity;
}

}  // namespace qm::reco
