// An ensemble's score alone: the leaves that a row falls into, several trees side by side and without branches.
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "RecoEngine-featurestore/model/wide_row.hpp"

namespace qm::reco {

// Immutable; any number of threads.
class TreeScorer {
 public:
  TreeScorer(const TreeEnsemble& ensemble, const WideRows& rows);

  // Log-odds. Floats are added in XGBoost's order, so that the sum is the same to the last bit.
  float margin(const float* wide) const;
  std::size_t memory_bytes() const;

 private:
  // A leaf asks the wide row's lowest value, goes left, and its left child is itself; its threshold is its value.
  struct Step {
    float threshold = 0;
    std::uint16_t column = 0;
    std::uint16_t to_left = 0;  // how far behind this one the left child is; the right one follows it
  };
  struct Block {  // of trees that are walked together
    std::uint32_t roots[8] = {};
    std::uint32_t depth = 0;
  };

  // The values of the leaves where the row comes to.
  template <std::size_t... kTrees>
  std::array<float, sizeof...(kTrees)> walk(const Block& block, const float* wide,
                                            std::index_sequence<kTrees...>) const;

  float base_margin_;
  std::size_t trees_;
  std::vector<Step> steps_;  // the first is a leaf of 0, for places of a block without a tree
  std::vector<Block> blocks_;
};

}  // namespace qm::reco
