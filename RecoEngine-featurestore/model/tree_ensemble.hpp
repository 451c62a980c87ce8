// Boosted decision trees as plain data: what a model says, without the library that trained it.
#pragma once
#include <cstdint>
#include <vector>

#include "platform/core/result.hpp"

namespace qm::reco {

constexpr std::size_t kMaxModelColumns = 4'096;
constexpr std::size_t kMaxTrees = 10'000;
constexpr std::size_t kMaxTreeNodes = 65'535;  // of one tree
constexpr std::size_t kMaxModelNodes = 4'000'000;
constexpr std::size_t kMaxTreeDepth = 32;  // splits from the root to a leaf
constexpr std::size_t kMaxCategories = 65'536;
constexpr std::size_t kMaxCategorySplits = 16'384;  // of the whole model

// Categories 0, 1, 2…, one bit each.
using CategorySet = std::vector<std::uint32_t>;

struct TreeNode {
  std::uint32_t left = 0;  // the left child's index in its tree, behind this one's; the right child follows. 0: a leaf
  std::uint32_t column = 0;            // of the row that is asked
  float threshold = 0;                 // left when the column is below; unused by a split by categories
  bool missing_left = false;           // where a row without the column (NaN) goes
  std::int32_t right_categories = -1;  // index of DecisionTree::categories: those go right, all else left. −1: none
  float value = 0;                     // a leaf's, log-odds
  float cover = 0;                     // weight of the training rows that came here (XGBoost: sum of the hessians)

  bool is_leaf() const { return left == 0; }
};

struct DecisionTree {
  std::vector<TreeNode> nodes;  // the root first
  std::vector<CategorySet> categories;
};

struct TreeEnsemble {
  std::size_t columns = 0;
  float base_margin = 0;  // log-odds to which the trees' leaves are added
  std::vector<DecisionTree> trees;
};

// Whether all of it holds together, and within the limits above: every node but the root is the child of one node
// before it, columns exist, numbers are finite, covers are parts of their parent's. Rejected, with the tree and what is
// wrong.
Result<void> check(const TreeEnsemble& ensemble);

// Splits on the longest way from root to leaf. The tree is as check() wants it.
std::size_t depth_of(const DecisionTree& tree);

// Whether a row whose column holds `category` goes left. As XGBoost has it: fractions are cut off, and what is no
// category at all (below zero, or too large) goes left.
bool goes_left(const CategorySet& right, float category);

}  // namespace qm::reco
