#include "RecoEngine-featurestore/model/shapley.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

// A child that covers nothing would make 0/0; what this adds is far below the rounding of a float.
constexpr double kLeastShare = 1e-12;

using SubsetWeights = std::array<std::array<double, kMaxTreeDepth>, kMaxTreeDepth + 1>;

SubsetWeights make_subset_weights() {
  SubsetWeights weights{};
  for (std::size_t k = 1; k <= kMaxTreeDepth; ++k) {
    double choices = 1;  // (k−1)! / (s! (k−1−s)!)
    for (std::size_t s = 0; s < k; ++s) {
      weights[k][s] = 1.0 / (choices * static_cast<double>(k));
      choices = choices * static_cast<double>(k - 1 - s) / static_cast<double>(s + 1);
    }
  }
  return weights;
}

}  // namespace

double subset_weight(std::size_t size, std::size_t columns) {
  static const SubsetWeights weights = make_subset_weights();
  return weights[columns][size];
}

double share_of(const TreeNode& parent, const TreeNode& child) {
  return std::max(static_cast<double>(child.cover) / static_cast<double>(parent.cover), kLeastShare);
}

double mean_of(const DecisionTree& tree) {
  std::vector<double> weight(tree.nodes.size(), 0);
  weight[0] = 1;
  double mean = 0;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (node.is_leaf()) {
      mean += weight[i] * static_cast<double>(node.value);
      continue;
    }
    for (const std::uint32_t child : {node.left, node.left + 1}) {
      weight[child] = weight[i] * share_of(node, tree.nodes[child]);
    }
  }
  return mean;
}

}  // namespace qm::reco
