#include "RecoEngine-featurestore/model/tree_ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace qm::reco {

namespace {

// Sums of hessians are rounded to float, each by itself.
constexpr float kCoverSlack = 1.01F;

const char* fault_of_split(const TreeNode& node, const DecisionTree& tree, std::size_t at, std::size_t columns) {
  if (node.left <= at || node.left >= tree.nodes.size() - 1) return "a child is not behind its parent";
  if (node.column >= columns) return "a split asks a column that no row has";
  if (node.right_categories >= 0) {
    if (static_cast<std::size_t>(node.right_categories) >= tree.categories.size()) return "a split has no categories";
  } else if (!std::isfinite(node.threshold)) {
    return "a threshold is not finite";
  }
  for (const std::uint32_t child : {node.left, node.left + 1}) {
    if (tree.nodes[child].cover > node.cover * kCoverSlack) return "a child covers more than its parent";
  }
  return node.cover > 0 ? nullptr : "a split covers nothing";
}

const char* fault_of_nodes(const DecisionTree& tree, std::size_t columns) {
  std::vector<std::uint8_t> depth(tree.nodes.size(), 0);  // 0: not reached yet; the root's is 1
  depth[0] = 1;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (depth[i] == 0) return "a node has no parent";
    if (!(node.cover >= 0) || !std::isfinite(node.cover)) return "a cover is no weight";
    if (node.is_leaf()) {
      if (!std::isfinite(node.value)) return "a leaf's value is not finite";
      continue;
    }
    if (const char* fault = fault_of_split(node, tree, i, columns)) return fault;
    if (depth[i] > kMaxTreeDepth) return "it is too deep";
    for (const std::uint32_t child : {node.left, node.left + 1}) {
      if (depth[child] != 0) return "a node has two parents";
      depth[child] = static_cast<std::uint8_t>(depth[i] + 1);
    }
  }
  return nullptr;
}

const char* fault_of_tree(const DecisionTree& tree, std::size_t columns) {
  if (tree.nodes.empty()) return "it has no node";
  if (tree.nodes.size() > kMaxTreeNodes) return "it has too many nodes";
  for (const auto& set : tree.categories) {
    if (set.size() > kMaxCategories / 32) return "a category is too large";
  }
  return fault_of_nodes(tree, columns);
}

}  // namespace

Result<void> check(const TreeEnsemble& ensemble) {
  if (ensemble.columns == 0 || ensemble.columns > kMaxModelColumns)
    return rejected("The model has no or many columns.");
  if (ensemble.trees.size() > kMaxTrees) return rejected("The model has too many trees.");
  if (!std::isfinite(ensemble.base_margin)) return rejected("The model begins with no number.");
  std::size_t nodes = 0, category_splits = 0;
  for (std::size_t i = 0; i < ensemble.trees.size(); ++i) {
    const DecisionTree& tree = ensemble.trees[i];
    if (const char* fault = fault_of_tree(tree, ensemble.columns)) {
      return rejected("Tree " + std::to_string(i) + " of the model is broken: " + fault + ".");
    }
    nodes += tree.nodes.size();
    category_splits += static_cast<std::size_t>(std::count_if(
        tree.nodes.begin(), tree.nodes.end(), [](const TreeNode& node) { return node.right_categories >= 0; }));
  }
  if (nodes > kMaxModelNodes || category_splits > kMaxCategorySplits) return rejected("The model is too large.");
  return {};
}

std::size_t depth_of(const DecisionTree& tree) {
  std::vector<std::uint8_t> depth(tree.nodes.size(), 0);
  std::uint8_t deepest = 0;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    deepest = std::max(deepest, depth[i]);
    if (tree.nodes[i].is_leaf()) continue;
    depth[tree.nodes[i].left] = depth[tree.nodes[i].left + 1] = static_cast<std::uint8_t>(depth[i] + 1);
  }
  return deepest;
}

bool goes_left(const CategorySet& right, float category) {
  if (!(category >= 0) || category >= static_cast<float>(right.size() * 32)) return true;
  const auto number = static_cast<std::uint32_t>(category);
  return (right[number / 32] >> (number % 32) & 1U) == 0;
}

}  // namespace qm::reco
