#include "RecoEngine-featurestore/model/tree_shap.hpp"

#include <array>

#include "RecoEngine-featurestore/model/shapley.hpp"

namespace qm::reco {

// The columns asked on the way to a node, each once.
struct TreeShap::Path {
  struct Element {
    std::uint32_t column;
    bool met;      // whether the row goes this way wherever the column is asked
    double share;  // of the rows that do
  };
  std::array<Element, kMaxTreeDepth> elements;
  std::size_t size = 0;
};

TreeShap::TreeShap(const DecisionTree& tree, const std::vector<WideSplit>& splits) : nodes_(tree.nodes.size()) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    nodes_[i].split = splits[i];
    nodes_[i].left = node.left;
    nodes_[i].column = node.column;
    nodes_[i].value = node.value;
    if (node.is_leaf()) continue;
    for (const std::uint32_t child : {node.left, node.left + 1}) {
      nodes_[child].share = share_of(node, tree.nodes[child]);
    }
  }
}

void TreeShap::add(const float* wide, double* contributions) const {
  Path path;
  descend(0, wide, path, contributions);
}

void TreeShap::descend(std::size_t at, const float* wide, Path& path, double* contributions) const {
  const Node& node = nodes_[at];
  if (node.left == 0) return add_leaf(static_cast<double>(node.value), path, contributions);
  const bool goes_left = wide[node.split.column] < node.split.threshold;
  std::size_t place = 0;
  while (place < path.size && path.elements[place].column != node.column) ++place;
  const bool is_new = place == path.size;
  const Path::Element before = is_new ? Path::Element{node.column, true, 1.0} : path.elements[place];
  if (is_new) ++path.size;
  for (const bool left : {true, false}) {
    const std::size_t child = left ? node.left : node.left + 1;
    path.elements[place] = {node.column, before.met && left == goes_left, before.share * nodes_[child].share};
    descend(child, wide, path, contributions);
  }
  path.elements[place] = before;
  if (is_new) --path.size;
}

void TreeShap::add_leaf(double value, const Path& path, double* contributions) {
  std::array<double, kMaxTreeDepth + 1> product{1.0};  // Π (share + y) over what is met
  std::size_t met = 0;
  for (std::size_t i = 0; i < path.size; ++i) {
    const auto& element = path.elements[i];
    if (!element.met) {
      value *= element.share;
      continue;
    }
    product[met + 1] = product[met];
    for (std::size_t s = met; s > 0; --s) product[s] = product[s - 1] + product[s] * element.share;
    product[0] *= element.share;
    ++met;
  }
  double unmet = 0;
  for (std::size_t s = 0; met < path.size && s <= met; ++s) unmet += subset_weight(s, path.size) * product[s];
  for (std::size_t i = 0; i < path.size; ++i) {
    const auto& element = path.elements[i];
    if (!element.met) {
      contributions[element.column] -= value * unmet;
      continue;
    }
    double sum = 0, factor = 0;  // a coefficient of the product without this element, from the highest on
    for (std::size_t s = met; s > 0; --s) {
      factor = product[s] - element.share * factor;
      sum += subset_weight(s - 1, path.size) * factor;
    }
    contributions[element.column] += value * (1.0 - element.share) * sum;
  }
}

}  // namespace qm::reco
