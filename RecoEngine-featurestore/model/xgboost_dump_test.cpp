#include "RecoEngine-featurestore/model/xgboost_dump.hpp"

#include <gtest/gtest.h>

#include "RecoEngine-featurestore/model/xgboost_fixture.hpp"

namespace qm::reco {

namespace {

using fixture::Dice;
using fixture::Judge;

bool same_node(const TreeNode& a, const TreeNode& b) {
  if (a.left != b.left || a.cover != b.cover) return false;
  if (a.is_leaf()) return a.value == b.value;
  if (a.column != b.column || a.missing_left != b.missing_left) return false;
  return (a.right_categories >= 0) == (b.right_categories >= 0) && a.threshold == b.threshold;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.rfind(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(XgboostDump, GivesBackTheTreesThatXgboostWasGiven) {
  Dice dice{7};
  const fixture::TreeKind kind{.rows = {.columns = 7, .categories = true}};
  const auto made = fixture::random_ensemble(dice, kind, 5);
  const auto read = read_xgboost_dump(Judge{fixture::to_json(made)}.saved());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->columns, 7U);
  EXPECT_EQ(read->base_margin, 0);
  ASSERT_EQ(read->trees.size(), made.trees.size());
  for (std::size_t t = 0; t < made.trees.size(); ++t) {
    const auto &a = made.trees[t], &b = read->trees[t];
    ASSERT_EQ(a.nodes.size(), b.nodes.size());
    for (std::size_t i = 0; i < a.nodes.size(); ++i) {
      EXPECT_TRUE(same_node(a.nodes[i], b.nodes[i])) << t << " " << i;
      if (a.nodes[i].right_categories < 0) continue;
      const auto set = b.categories[static_cast<std::size_t>(b.nodes[i].right_categories)];
      for (float c = 0; c < 40; ++c) {
        EXPECT_EQ(goes_left(set, c), goes_left(a.categories[static_cast<std::size_t>(a.nodes[i].right_categories)], c));
      }
    }
  }
}

TEST(XgboostDump, LeavesOutWhatWasPruned) {
  Dice dice{8};
  const auto dump = Judge::train(dice, {}, 300, 1, {{"max_depth", "6"}, {"tree_method", "exact"}, {"gamma", "3"}});
  ASSERT_EQ(Judge{dump}.saved(R"({"format":"json"})").find(R"("num_deleted":"0")"), std::string::npos);
  const auto read = read_xgboost_dump(dump);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_GT(read->trees[0].nodes.size(), 1U);
}

TEST(XgboostDump, RefusesOtherModels) {
  Dice dice{9};
  const fixture::RowKind rows{};
  const auto dump = Judge::train(dice, rows, 100, 2, {{"max_depth", "2"}});
  ASSERT_TRUE(read_xgboost_dump(dump));
  EXPECT_FALSE(read_xgboost_dump(""));
  EXPECT_FALSE(read_xgboost_dump(Judge{dump}.saved(R"({"format":"json"})")));
  EXPECT_FALSE(read_xgboost_dump(Judge{dump}.saved(R"({"format":"deprecated"})")));
  EXPECT_FALSE(read_xgboost_dump(Judge::train(dice, rows, 100, 1, {{"booster", "gblinear"}})));
  EXPECT_FALSE(read_xgboost_dump(Judge::train(dice, rows, 100, 1, {{"objective", "reg:squarederror"}})));
  EXPECT_FALSE(
      read_xgboost_dump(Judge::train(dice, rows, 100, 1, {{"objective", "multi:softprob"}, {"num_class", "3"}})));
  for (const auto& [from, to] : {std::pair{"left_children", "left_childreN"}, std::pair{"sum_hessian", "sum_hessiaN"},
                                 std::pair{"num_feature", "num_featurE"}, std::pair{"base_score", "base_scorE"},
                                 std::pair{"trees", "treeS"}, std::pair{"binary:logistic", "binary:logitraw"}}) {
    EXPECT_FALSE(read_xgboost_dump(replaced(dump, from, to))) << from;
  }
}

// Whatever is changed in a dump, what is taken is whole.
TEST(XgboostDump, TakesNoDamage) {
  Dice dice{10};
  const fixture::RowKind rows{.columns = 3, .categories = true, .levels = 6};
  const auto dump = Judge::train(dice, rows, 200, 1, {{"max_depth", "3"}, {"max_cat_to_onehot", "1"}});
  ASSERT_TRUE(read_xgboost_dump(dump));
  for (std::size_t i = 0; i < dump.size(); ++i) {
    EXPECT_FALSE(read_xgboost_dump(dump.substr(0, i)));
    auto damaged = dump;
    damaged[i] = static_cast<char>(dice.below(256));
    const auto read = read_xgboost_dump(damaged);
    if (read) EXPECT_TRUE(check(*read)) << i;
  }
}

}  // namespace

}  // namespace qm::reco
