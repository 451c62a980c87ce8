// Exact contributions of the columns to one tree's answer, found anew for each row (Lundberg, Erion, Lee, 2018,
// Algorithm 2: O(leaves · depth²)). Here each leaf's polynomial is made of the conditions that the row meets only, and
// is divided by one factor at a time, which needs no undoing of earlier steps on the way down.
#pragma once
#include <cstdint>
#include <vector>

#include "RecoEngine-featurestore/model/wide_row.hpp"

namespace qm::reco {

// Immutable; any number of threads; allocates nothing per row.
class TreeShap {
 public:
  // The tree is part of an ensemble that has passed check(); `splits` are its own.
  TreeShap(const DecisionTree& tree, const std::vector<WideSplit>& splits);

  // Adds each column's part, log-odds, to contributions[column].
  void add(const float* wide, double* contributions) const;
  std::size_t memory_bytes() const { return nodes_.size() * sizeof(Node); }

 private:
  struct Node {
    WideSplit split;
    std::uint32_t left = 0;  // 0: a leaf
    std::uint32_t column = 0;
    float value = 0;
    double share = 0;  // of the parent's rows
  };
  struct Path;

  void descend(std::size_t node, const float* wide, Path& path, double* contributions) const;
  static void add_leaf(double value, const Path& path, double* contributions);

  std::vector<Node> nodes_;
};

}  // namespace qm::reco
