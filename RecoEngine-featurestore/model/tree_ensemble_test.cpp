#include "RecoEngine-featurestore/model/tree_ensemble.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace qm::reco {

namespace {

// Column 0 below 5, and left of it column 1 by categories: 1 and 33 go right.
TreeEnsemble small_ensemble() {
  TreeEnsemble ensemble;
  ensemble.columns = 2;
  auto& tree = ensemble.trees.emplace_back();
  tree.categories = {{2U, 2U}};
  tree.nodes = {{.left = 1, .column = 0, .threshold = 5, .cover = 10},
                {.left = 3, .column = 1, .right_categories = 0, .cover = 6},
                {.value = 1, .cover = 4},
                {.value = 2, .cover = 6},
                {.value = 3, .cover = 0}};
  return ensemble;
}

TEST(TreeEnsemble, RefusesWhatDoesNotHoldTogether) {
  ASSERT_TRUE(check(small_ensemble()));
  EXPECT_EQ(depth_of(small_ensemble().trees[0]), 2U);
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();
  using Break = std::function<void(TreeEnsemble&, std::vector<TreeNode>&)>;
  const std::pair<const char*, Break> breaks[] = {
      {"no columns", [](auto& e, auto&) { e.columns = 0; }},
      {"many columns", [](auto& e, auto&) { e.columns = kMaxModelColumns + 1; }},
      {"base", [](auto& e, auto&) { e.base_margin = kNan; }},
      {"many trees", [](auto& e, auto&) { e.trees.resize(kMaxTrees + 1, e.trees[0]); }},
      {"no nodes", [](auto&, auto& n) { n.clear(); }},
      {"a child outside", [](auto&, auto& n) { n[1].left = 4; }},
      {"a child far outside", [](auto&, auto& n) { n[1].left = 0xffffffff; }},
      {"a child before", [](auto&, auto& n) { n[1].left = 1; }},
      {"two parents", [](auto&, auto& n) { n[1].left = 2; }},
      {"no parent", [](auto&, auto& n) { n[1].left = 0; }},
      {"column", [](auto&, auto& n) { n[0].column = 2; }},
      {"threshold", [](auto&, auto& n) { n[0].threshold = -kInfinity; }},
      {"threshold nan", [](auto&, auto& n) { n[0].threshold = kNan; }},
      {"categories", [](auto&, auto& n) { n[1].right_categories = 1; }},
      {"too large a category", [](auto& e, auto&) { e.trees[0].categories[0].resize(kMaxCategories / 32 + 1); }},
      {"value", [](auto&, auto& n) { n[3].value = kNan; }},
      {"cover nan", [](auto&, auto& n) { n[3].cover = kNan; }},
      {"cover below zero", [](auto&, auto& n) { n[3].cover = -1; }},
      {"cover of nothing", [](auto&, auto& n) { n[1].cover = n[3].cover = 0; }},
      {"cover above its parent's", [](auto&, auto& n) { n[1].cover = 11; }},
  };
  for (const auto& [name, change] : breaks) {
    auto ensemble = small_ensemble();
    change(ensemble, ensemble.trees[0].nodes);
    EXPECT_FALSE(check(ensemble)) << name;
  }
}

TEST(TreeEnsemble, IsAtMostSoDeep) {
  TreeEnsemble chain;
  chain.columns = 1;
  auto& nodes = chain.trees.emplace_back().nodes;
  for (std::uint32_t i = 0; i < kMaxTreeDepth; ++i) {
    nodes.push_back({.left = 2 * i + 1, .cover = 1});
    nodes.push_back({.cover = 1});  // its sibling, or what becomes the next split's left sibling
  }
  // A split's right child is the next split: nodes 0, 2, 4… are splits, 1, 3, 5… leaves.
  nodes.push_back({.cover = 1});
  ASSERT_TRUE(check(chain)) << check(chain).error().detail;
  EXPECT_EQ(depth_of(chain.trees[0]), kMaxTreeDepth);
  nodes.back().left = static_cast<std::uint32_t>(nodes.size());
  nodes.push_back({.cover = 1});
  nodes.push_back({.cover = 1});
  EXPECT_FALSE(check(chain));
}

TEST(TreeEnsemble, SendsWhatIsNoCategoryLeft) {
  const CategorySet right{2U, 2U};  // 1 and 33
  for (const float category : {1.0F, 1.9F, 33.0F}) EXPECT_FALSE(goes_left(right, category)) << category;
  for (const float category : {0.0F, 2.0F, 32.0F, 34.0F, 64.0F, -1.0F, -0.5F, 1e9F, 1e30F}) {
    EXPECT_TRUE(goes_left(right, category)) << category;
  }
}

}  // namespace

}  // namespace qm::reco
