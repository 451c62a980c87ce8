// Shapley values of the columns that a tree asks on its ways to the leaves: what tree_shap and shap_tables both rest
// on.
//
// A column that is unknown sends a row both ways at its splits, in the parts that the training rows went (the
// path-dependent expectation of Lundberg, Erion, Lee: «Consistent Individualized Feature Attribution for Tree
// Ensembles», 2018). So a leaf weighs its value times, for each column on its path, 1 or 0 where the column is known
// and its share where it is not. For a row that meets the conditions of the columns M of the k on the path, the Shapley
// value of a column outside of M is
//     −U(M),  U(M) = value · Σ over S ⊆ M of |S|! (k−|S|−1)! / k! · Π of the shares outside of S,
// the same for all of them, and that of a column j in M is (1/share_j − 1) · U(M∖j). The sums over subsets are the
// coefficients of a product: Π over M of (share + y) has at yˢ what all S of size s add up to.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "RecoEngine-featurestore/model/tree_ensemble.hpp"

namespace qm::reco {

// |S|! (k−|S|−1)! / k!: how much the subsets of that size count among k columns; s < k ≤ kMaxTreeDepth.
double subset_weight(std::size_t size, std::size_t columns);

// The part of the rows at a split that goes to its child; never 0, so that it can be divided by. Both are checked.
double share_of(const TreeNode& parent, const TreeNode& child);

// The leaves' values weighted by the shares of the ways to them: what the tree says of a row of which nothing is known.
double mean_of(const DecisionTree& tree);

}  // namespace qm::reco
