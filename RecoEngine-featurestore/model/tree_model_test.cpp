#include "RecoEngine-featurestore/model/tree_model.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <thread>

#include "RecoEngine-featurestore/model/xgboost_dump.hpp"
#include "RecoEngine-featurestore/model/xgboost_fixture.hpp"

namespace qm::reco {

namespace {

using fixture::Dice;
using fixture::Judge;
using fixture::RowKind;
using fixture::TreeKind;

constexpr double kTolerance = 1e-5;
// Under a sanitizer everything takes ten times as long, and a tenth of the models does.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSlowness = 10;
#else
constexpr int kSlowness = 1;
#endif

struct Deviation {
  double from_judge = 0;    // of a contribution or the bias from XGBoost's
  double from_margin = 0;   // of the sum from the margin
  double between_ways = 0;  // of the tables from the plain algorithm
  std::size_t margins = 0;  // that are not XGBoost's bit for bit
  std::size_t rows = 0;
  std::size_t models = 0;
};

void compare(const Judge& judge, const TreeEnsemble& ensemble, Dice& dice, const RowKind& kind, std::size_t rows,
             Deviation& worst) {
  const TreeModel tables{ensemble}, plain{ensemble, 0};
  ASSERT_EQ(tables.footprint().trees_by_path, 0U);
  ASSERT_EQ(plain.footprint().trees_by_tables, 0U);
  ASSERT_EQ(plain.footprint().table_bytes, 0U);
  std::vector<double> read(kind.columns), found(kind.columns);
  const auto raise = [](double& highest, double value) { highest = std::max(highest, std::abs(value)); };
  const auto asked = fixture::random_rows(dice, kind, rows);
  const auto contributions = judge.contributions(asked), margins = judge.margins(asked);
  for (std::size_t i = 0; i < rows; ++i) {
    const float* wanted = &contributions[i * (kind.columns + 1)];
    const float margin = margins[i], scored = tables.margin(asked[i]);
    ASSERT_EQ(tables.explain(asked[i], read), scored);
    ASSERT_EQ(plain.explain(asked[i], found), scored);
    worst.margins += std::bit_cast<std::uint32_t>(scored) != std::bit_cast<std::uint32_t>(margin) ? 1 : 0;
    double sum = tables.base_value();
    for (std::size_t c = 0; c < kind.columns; ++c) {
      raise(worst.from_judge, read[c] - static_cast<double>(wanted[c]));
      raise(worst.between_ways, read[c] - found[c]);
      sum += read[c];
    }
    raise(worst.from_judge, tables.base_value() - static_cast<double>(wanted[kind.columns]));
    raise(worst.from_margin, sum - static_cast<double>(margin));
  }
  worst.rows += rows;
  ++worst.models;
}

void expect_small(const Deviation& worst) {
  EXPECT_LE(worst.from_judge, kTolerance);
  EXPECT_LE(worst.from_margin, kTolerance);
  EXPECT_LE(worst.between_ways, kTolerance);
  EXPECT_EQ(worst.margins, 0U);
  std::printf("%zu models, %zu rows: worst from XGBoost %.2g, sum from margin %.2g, tables from plain %.2g\n",
              worst.models, worst.rows, worst.from_judge, worst.from_margin, worst.between_ways);
}

TEST(TreeModel, AgreesWithXgboostOnTreesMadeByHand) {
  Dice dice{1};
  Deviation worst;
  for (int i = 0; i < 2'000 / kSlowness; ++i) {
    TreeKind kind;
    kind.depth = dice.chance(0.2) ? 7 + dice.below(4) : 1 + dice.below(6);
    kind.grows = kind.depth > 6 ? 0.72 : 0.9;
    kind.rows = {.columns = 1 + dice.below(14), .categories = dice.chance(0.5), .levels = 1 + dice.below(70)};
    const auto ensemble = fixture::random_ensemble(dice, kind, 1 + dice.below(6));
    ASSERT_TRUE(check(ensemble));
    const Judge judge{fixture::to_json(ensemble)};
    ASSERT_NO_FATAL_FAILURE(compare(judge, ensemble, dice, kind.rows, 8, worst));
  }
  expect_small(worst);
}

TEST(TreeModel, AgreesWithXgboostOnItsOwnModels) {
  Dice dice{2};
  Deviation worst;
  for (int i = 0; i < 300 / kSlowness; ++i) {
    const RowKind kind{.columns = 1 + dice.below(12), .categories = dice.chance(0.4), .levels = 2 + dice.below(40)};
    const Judge::Settings settings{{"max_depth", std::to_string(1 + dice.below(10))},
                                   {"eta", dice.chance(0.5) ? "0.3" : "0.05"},
                                   {"min_child_weight", dice.chance(0.5) ? "1" : "0.01"},
                                   {"max_cat_to_onehot", dice.chance(0.5) ? "1" : "100"},
                                   {"base_score", dice.chance(0.5) ? "0.5" : "0.21"},
                                   {"booster", dice.chance(0.1) ? "dart" : "gbtree"},
                                   {"rate_drop", "0.3"},
                                   {"grow_policy", dice.chance(0.5) ? "depthwise" : "lossguide"},
                                   {"num_parallel_tree", dice.chance(0.1) ? "3" : "1"},
                                   {"seed", std::to_string(i)},
                                   {"verbosity", "0"}};
    const auto dump = Judge::train(dice, kind, 100 + dice.below(400), static_cast<int>(1 + dice.below(8)), settings);
    const auto ensemble = read_xgboost_dump(dump);
    ASSERT_TRUE(ensemble) << ensemble.error().detail;
    ASSERT_NO_FATAL_FAILURE(compare(Judge{dump}, *ensemble, dice, kind, 8, worst));
  }
  expect_small(worst);
}

TEST(TreeModel, AsksValuesThatAreNoCategoryAsXgboostDoes) {
  Dice dice{3};
  const TreeKind kind{.rows = {.columns = 3, .categories = true, .levels = 40}, .depth = 4};
  for (int i = 0; i < 40; ++i) {
    const auto ensemble = fixture::random_ensemble(dice, kind, 2);
    const Judge judge{fixture::to_json(ensemble)};
    const TreeModel model{ensemble};
    fixture::Rows rows;
    for (const float value : {-1.0F, -0.5F, 0.5F, 3.7F, 39.99F, 40.0F, 63.0F, 64.0F, 1e6F, 1.7e7F, 3e9F, 1e20F}) {
      rows.push_back(fixture::random_row(dice, kind.rows));
      rows.back()[2] = value;
    }
    const auto wanted = judge.margins(rows);
    for (std::size_t r = 0; r < rows.size(); ++r) EXPECT_EQ(model.margin(rows[r]), wanted[r]) << rows[r][2];
  }
}

// By the definition: over all sets of known columns, what one more column changes.
class Definition {
 public:
  Definition(const DecisionTree& tree, const std::vector<float>& row) : tree_(tree), row_(row) {}

  double contribution(std::size_t column) const {
    const std::size_t columns = row_.size();
    double sum = 0;
    for (std::size_t known = 0; known < std::size_t{1} << columns; ++known) {
      if ((known >> column & 1U) != 0) continue;
      const auto size = static_cast<double>(std::popcount(known));
      const double weight = std::tgamma(size + 1) * std::tgamma(static_cast<double>(columns) - size) /
                            std::tgamma(static_cast<double>(columns) + 1);
      sum += weight * (expected(0, known | std::size_t{1} << column) - expected(0, known));
    }
    return sum;
  }
  double expected(std::size_t at, std::size_t known) const {
    const TreeNode& node = tree_.nodes[at];
    if (node.is_leaf()) return static_cast<double>(node.value);
    if ((known >> node.column & 1U) != 0) return expected(way(node), known);
    double sum = 0;
    for (const std::size_t child : {node.left, node.left + 1}) {
      sum += expected(child, known) * static_cast<double>(tree_.nodes[child].cover) / static_cast<double>(node.cover);
    }
    return sum;
  }

 private:
  std::size_t way(const TreeNode& node) const {
    const float value = row_[node.column];
    if (std::isnan(value)) return node.missing_left ? node.left : node.left + 1;
    return value < node.threshold ? node.left : node.left + 1;
  }

  const DecisionTree& tree_;
  const std::vector<float>& row_;
};

TEST(TreeModel, AgreesWithTheDefinition) {
  Dice dice{4};
  for (int i = 0; i < 300; ++i) {
    // Unlike XGBoost's floats, this stands shares of all but nothing.
    const TreeKind kind{.rows = {.columns = 1 + dice.below(7)}, .depth = 1 + dice.below(9), .least_share = 1e-6};
    const auto ensemble = fixture::random_ensemble(dice, kind, 1);
    ASSERT_TRUE(check(ensemble));
    const TreeModel tables{ensemble}, plain{ensemble, 0};
    const auto row = fixture::random_row(dice, kind.rows);
    std::vector<double> read(kind.rows.columns), found(kind.rows.columns);
    tables.explain(row, read);
    plain.explain(row, found);
    const Definition definition{ensemble.trees[0], row};
    EXPECT_NEAR(tables.base_value(), definition.expected(0, 0), 1e-9);
    for (std::size_t c = 0; c < kind.rows.columns; ++c) {
      EXPECT_NEAR(found[c], definition.contribution(c), 1e-9);
      EXPECT_NEAR(read[c], definition.contribution(c), 1e-6);
    }
  }
}

TEST(TreeModel, KeepsItsTablesWithinTheBoundAndSaysSo) {
  Dice dice{5};
  const TreeKind kind{.rows = {.columns = 12}, .depth = 7};
  const auto ensemble = fixture::random_ensemble(dice, kind, 20);
  const TreeModel all{ensemble};
  const std::size_t whole = all.footprint().table_bytes;
  EXPECT_EQ(all.footprint().trees_by_tables, 20U);
  const auto row = fixture::random_row(dice, kind.rows);
  std::vector<double> wanted(12), found(12);
  const float margin = all.explain(row, wanted);
  std::size_t trees_before = 0;
  for (const std::size_t bound : {std::size_t{0}, std::size_t{1}, whole / 50, whole / 8, whole / 2, whole * 2}) {
    const TreeModel bounded{ensemble, bound};
    const auto footprint = bounded.footprint();
    EXPECT_LE(footprint.table_bytes, bound);
    EXPECT_EQ(footprint.trees_by_tables + footprint.trees_by_path, 20U);
    EXPECT_GE(footprint.trees_by_tables, trees_before);
    trees_before = footprint.trees_by_tables;
    EXPECT_EQ(bounded.explain(row, found), margin);
    for (std::size_t c = 0; c < 12; ++c) EXPECT_NEAR(found[c], wanted[c], 1e-6);
  }
  EXPECT_EQ(trees_before, 20U);
}

// A chain of splits has more of them above its last leaves than a table has bits.
TEST(TreeModel, FindsTheContributionsOfDeepTreesAnew) {
  TreeEnsemble chain;
  chain.columns = 16;
  auto& nodes = chain.trees.emplace_back().nodes;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const float cover = std::pow(0.8F, static_cast<float>(i));
    nodes.push_back({.left = 2 * i + 1, .column = i % 16, .threshold = 3, .cover = cover});
    nodes.push_back({.value = static_cast<float>(i % 3) - 1, .cover = cover * 0.2F});
  }
  nodes.push_back({.value = 1, .cover = nodes[38].cover * 0.8F});
  ASSERT_TRUE(check(chain)) << check(chain).error().detail;
  const TreeModel model{chain};
  EXPECT_EQ(model.footprint().trees_by_path, 1U);
  const Judge judge{fixture::to_json(chain)};
  Dice dice{6};
  std::vector<double> found(16);
  const auto rows = fixture::random_rows(dice, {.columns = 16}, 20);
  const auto margins = judge.margins(rows), wanted = judge.contributions(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(model.explain(rows[i], found), margins[i]);
    for (std::size_t c = 0; c < 16; ++c) EXPECT_NEAR(found[c], static_cast<double>(wanted[i * 17 + c]), kTolerance);
  }
}

TEST(TreeModel, TakesModelsWithoutASplit) {
  TreeEnsemble flat;
  flat.columns = 2;
  flat.base_margin = 0.25F;
  const TreeModel none{flat};
  EXPECT_EQ(none.predict({1, 2}).base_value, 0.25);
  flat.trees.emplace_back().nodes.push_back({.value = 0.5F, .cover = 1});
  const TreeModel model{flat};
  const auto out = model.predict({1, fixture::kMissing});
  EXPECT_EQ(out.base_value, 0.75);
  EXPECT_EQ(out.shap, (std::vector<double>{0, 0}));
  EXPECT_NEAR(out.probability, 1 / (1 + std::exp(-0.75)), 1e-12);
  EXPECT_THROW(model.predict({1}), std::runtime_error);
}

TEST(TreeModel, AnswersManyThreadsAndModelsAtOnce) {
  Dice dice{7};
  std::vector<std::unique_ptr<TreeModel>> models;
  std::vector<std::vector<float>> rows;
  for (const std::size_t columns : {3, 9, 5}) {
    const TreeKind kind{.rows = {.columns = columns}, .depth = columns};
    models.push_back(std::make_unique<TreeModel>(fixture::random_ensemble(dice, kind, columns)));
    rows.push_back(fixture::random_row(dice, kind.rows));
  }
  std::vector<ModelOutput> wanted;
  for (std::size_t m = 0; m < models.size(); ++m) wanted.push_back(models[m]->predict(rows[m]));
  std::vector<std::thread> threads;
  std::atomic<int> differing{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < 300; ++i) {
        const auto out = models[i % 3]->predict(rows[i % 3]);
        if (out.shap != wanted[i % 3].shap || out.probability != wanted[i % 3].probability) ++differing;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(differing, 0);
}

}  // namespace

}  // namespace qm::reco
