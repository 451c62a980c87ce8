#include "RecoEngine-featurestore/model/tree_scorer.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

constexpr std::size_t kTreesPerBlock = 8;
static_assert(2 * kMaxModelColumns + kMaxCategorySplits + 1 <= 65'536, "wide columns have 16 bits");
static_assert(kMaxTreeNodes <= 65'536, "steps to the left have 16 bits");

}  // namespace

TreeScorer::TreeScorer(const TreeEnsemble& ensemble, const WideRows& rows)
    : base_margin_(ensemble.base_margin), trees_(ensemble.trees.size()) {
  const auto lowest = static_cast<std::uint16_t>(rows.lowest());
  steps_.push_back({0.0F, lowest, 0});
  for (std::size_t t = 0; t < trees_; ++t) {
    if (t % kTreesPerBlock == 0) blocks_.emplace_back();
    Block& block = blocks_.back();
    block.roots[t % kTreesPerBlock] = static_cast<std::uint32_t>(steps_.size());
    const auto& tree = ensemble.trees[t];
    block.depth = std::max(block.depth, static_cast<std::uint32_t>(depth_of(tree)));
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const TreeNode& node = tree.nodes[i];
      const WideSplit& split = rows.splits(t)[i];
      steps_.push_back(node.is_leaf() ? Step{node.value, lowest, 0}
                                      : Step{split.threshold, static_cast<std::uint16_t>(split.column),
                                             static_cast<std::uint16_t>(node.left - i)});
    }
  }
}

float TreeScorer::margin(const float* wide) const {
  float sum = base_margin_;
  std::size_t left_over = trees_;
  for (const Block& block : blocks_) {
    const std::array<float, kTreesPerBlock> values = walk(block, wide, std::make_index_sequence<kTreesPerBlock>{});
    const std::size_t count = std::min(left_over, kTreesPerBlock);
    for (std::size_t i = 0; i < count; ++i) sum += values[i];
    left_over -= count;
  }
  return sum;
}

// Written out, as g++ 12 leaves short loops rolled.
template <std::size_t... kTrees>
std::array<float, sizeof...(kTrees)> TreeScorer::walk(const Block& block, const float* wide,
                                                      std::index_sequence<kTrees...>) const {
  std::array<const Step*, sizeof...(kTrees)> at{&steps_[block.roots[kTrees]]...};
  const auto go_down = [wide](const Step* step) {
    return step + step->to_left + (wide[step->column] < step->threshold ? 0 : 1);
  };
  for (std::uint32_t d = 0; d < block.depth; ++d) ((at[kTrees] = go_down(at[kTrees])), ...);
  return {at[kTrees]->threshold...};
}

std::size_t TreeScorer::memory_bytes() const { return steps_.size() * sizeof(Step) + blocks_.size() * sizeof(Block); }

}  // namespace qm::reco
