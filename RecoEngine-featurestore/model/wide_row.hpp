// A row in the form that every split of an ensemble can ask by one comparison, `wide[split.column] < split.threshold`,
// whatever the split does with missing values, and whether it splits by a number or by categories.
//
// A wide row has each column twice (a missing value is above everything in the one, below everything in the other), the
// answer of each split by categories, and one value that is below everything.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "RecoEngine-featurestore/model/tree_ensemble.hpp"

namespace qm::reco {

struct WideSplit {
  std::uint32_t column = 0;  // of the wide row
  float threshold = 0;
};

// Immutable; any number of threads.
class WideRows {
 public:
  // The ensemble has passed check().
  explicit WideRows(const TreeEnsemble& ensemble);

  std::size_t columns() const { return columns_; }
  std::size_t width() const { return 2 * columns_ + by_categories_.size() + 1; }
  // Always −∞, so that a comparison by it always goes left.
  std::size_t lowest() const { return width() - 1; }
  // One for each node of the tree; those of leaves mean nothing.
  const std::vector<WideSplit>& splits(std::size_t tree) const { return splits_[tree]; }

  // `row`: columns() floats, NaN where missing. `wide`: room for width() floats.
  void widen(std::span<const float> row, float* wide) const;

 private:
  struct ByCategories {
    std::uint32_t column = 0;
    bool missing_left = false;
    CategorySet right;
  };

  WideSplit split_of(const DecisionTree& tree, const TreeNode& node);

  std::size_t columns_;
  std::vector<ByCategories> by_categories_;
  std::vector<std::vector<WideSplit>> splits_;
};

}  // namespace qm::reco
