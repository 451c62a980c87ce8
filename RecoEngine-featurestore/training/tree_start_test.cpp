#include "RecoEngine-featurestore/training/tree_start.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "RecoEngine-featurestore/evaluation/logistic_regression.hpp"
#include "RecoEngine-featurestore/model/tree_model.hpp"
#include "RecoEngine-featurestore/training/calibrated_model.hpp"
#include "RecoEngine-featurestore/training/label_rule.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"
#include "RecoEngine-featurestore/training/random.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"

namespace qm::reco {
namespace {

constexpr float kUntold = std::numeric_limits<float>::quiet_NaN();

std::size_t at_column(std::string_view name) {
  const auto found = std::ranges::find(model_columns(), name, &ModelColumn::name);
  return static_cast<std::size_t>(found - model_columns().begin());
}

// Customers of a shop that tells orders and little else: each buys at a rate of their own until, after some order, they
// are gone; some of those who are not yet are silent for the next 90 days, too.
struct OrderShop {
  LabelledRows rows;
  std::vector<std::size_t> all;
};
std::vector<float> row_of_orders(int orders, double first, double last) {
  std::vector<float> row(model_columns().size(), kUntold);
  row[at_column("orders_12m")] = static_cast<float>(orders);
  row[at_column("first_order_d")] = static_cast<float>(first);
  row[at_column("days_last_purch")] = static_cast<float>(last);
  return row;
}
OrderShop order_shop_of(std::size_t customers) {
  Random random{17};
  OrderShop made;
  for (std::size_t i = 0; i < customers; ++i) {
    const double every_days = 8 + 80 * random.uniform(), began_ago = 1 + 363 * random.uniform();
    double last = began_ago;
    int orders = 1;
    bool gone = false, later = false;
    while (!gone && !later) {
      const double next = last + every_days * std::log(1 - random.uniform());  // days ago; below 0: days to come
      gone = random.chance(0.15) || next < -90;  // silent for so long looks like gone
      later = next <= 0;
      if (!gone && !later) last = next, ++orders;
    }
    auto row = row_of_orders(orders, std::floor(began_ago), std::floor(last));
    if (orders > 1) {
      const double gap = std::max((began_ago - last) / (orders - 1), 0.1);
      row[at_column("order_gap")] = static_cast<float>(gap);
      row[at_column("order_late")] = static_cast<float>(last / gap);
    }
    row[at_column("avg_order_val")] = random.chance(0.2) ? kUntold : static_cast<float>(random.uniform() * 300);
    if (random.chance(0.1)) row[random.below(row.size())] = kUntold;
    made.rows.add(row, gone);
    made.all.push_back(i);
  }
  return made;
}
const OrderShop& order_shop() {
  static const OrderShop made = order_shop_of(3'000);
  return made;
}
const TreeStart& shop_start() {
  const auto& [rows, all] = order_shop();
  static const TreeStart made = fit_start(rows, all, all, LabelRule{}.horizon).value();
  return made;
}
// A tree that asks for the last order, and nothing else: 0.3 up to 100 days, −0.2 beyond.
std::shared_ptr<const ChurnModel> one_tree() {
  TreeEnsemble ensemble;
  ensemble.columns = model_columns().size();
  DecisionTree tree;
  tree.nodes.resize(3);
  tree.nodes[0].left = 1;
  tree.nodes[0].column = static_cast<std::uint32_t>(at_column("days_last_purch"));
  tree.nodes[0].threshold = 100;
  tree.nodes[0].cover = 10;
  tree.nodes[1].value = -0.2F, tree.nodes[1].cover = 6;
  tree.nodes[2].value = 0.3F, tree.nodes[2].cover = 4;
  ensemble.trees.push_back(tree);
  return std::make_shared<TreeModel>(ensemble);
}

TEST(TreeStart, LiesHalfwayBetweenBgNbdAndTheLine) {
  ASSERT_TRUE(shop_start().habits);
  std::vector<float> flat;
  std::vector<bool> left;
  for (const std::size_t i : order_shop().all) {
    for (const float value : order_shop().rows[i]) flat.push_back(flattened(value));
    left.push_back(order_shop().rows.left(i));
  }
  LogisticOptions options;
  options.ridge = 50;
  for (const auto& column : model_columns()) options.signs.push_back(column.monotone);
  const std::size_t width = model_columns().size();
  const auto line = LogisticRegression::fit(flat, width, left, options).value();
  const StartScorer scorer{shop_start()};
  for (std::size_t i = 0; i < 200; ++i) {
    const auto known = repeat_purchases(order_shop().rows[i]);
    if (!known) continue;
    const double habits = shop_start().habits->model.no_purchase_within(90.0 / 7, *known);
    double straight = line.intercept();
    for (const double part : line.contributions(std::span{flat}.subspan(i * width, width))) straight += part;
    const double halfway = (std::log(habits / (1 - habits)) + straight) / 2;
    EXPECT_NEAR(scorer.margin(order_shop().rows[i]), halfway, 1e-6);
  }
}

TEST(TreeStart, PartsOfColumnsAddUpToTheMarginOfTheWholeModel) {
  const auto model = started(one_tree(), shop_start());
  const StartScorer scorer{shop_start()};
  Random random{3};
  double most_of_trees = 0;
  for (std::size_t i = 0; i < order_shop().rows.size(); ++i) {
    std::vector<float> row{order_shop().rows[i].begin(), order_shop().rows[i].end()};
    for (float& value : row)
      if (random.chance(0.1)) value = random.chance(0.5) ? kUntold : static_cast<float>(random.uniform() * 1e6);
    const ModelOutput out = model->predict(row);
    double sum = out.base_value;
    for (const double part : out.shap) sum += part;
    EXPECT_NEAR(sum, out.margin, 1e-5);
    EXPECT_NEAR(out.probability, 1 / (1 + std::exp(-out.margin)), 1e-12);
    const double trees = one_tree()->predict(row).margin;
    EXPECT_NEAR(out.margin, scorer.margin(row) + trees, 1e-9);
    most_of_trees = std::max(most_of_trees, trees);
  }
  EXPECT_NEAR(most_of_trees, 0.3, 1e-6) << "they are in the sum";
}

TEST(TreeStart, RiskNeverFallsWithRecency) {
  const StartScorer scorer{shop_start()};
  const std::size_t last = at_column("days_last_purch");
  for (std::size_t i = 0; i < 500; ++i) {
    std::vector<float> row{order_shop().rows[i].begin(), order_shop().rows[i].end()};
    double before = -1e9;
    for (const float ago : {0.0F, 1.0F, 10.0F, 60.0F, 200.0F, 364.0F, 2'000.0F}) {
      row[last] = ago;
      const double margin = scorer.margin(row);
      EXPECT_GE(margin, before - 1e-12) << i << " at " << ago;
      before = margin;
    }
  }
}

TEST(TreeStart, TheLineKeepsTheSignsOfTheFeatureTable) {
  ASSERT_FALSE(shop_start().line.empty());
  for (const LinePart& part : shop_start().line)
    EXPECT_GE(part.weight * model_columns()[at_column(part.column)].monotone, 0) << part.column;
}

// A small shop may tell none of the orders that BG/NBD asks for, or they may be stale.
TEST(TreeStart, OfWhomNothingIsKnownBeginsAsTheAverageCustomer) {
  const StartScorer scorer{shop_start()};
  const std::vector<float> nothing(model_columns().size(), kUntold);
  EXPECT_DOUBLE_EQ(scorer.margin(nothing), shop_start().base);
  const auto known = row_of_orders(6, 200, 150);
  TreeStart habits_alone = shop_start();
  habits_alone.line.clear();
  const StartScorer habits{habits_alone};
  EXPECT_NE(habits.margin(known), shop_start().base);
  for (const char* name : {"orders_12m", "first_order_d", "days_last_purch"}) {
    auto row = known;
    row[at_column(name)] = kUntold;
    EXPECT_DOUBLE_EQ(habits.margin(row), shop_start().base) << name;
  }
  EXPECT_FALSE(repeat_purchases(row_of_orders(0, 200, 150))) << "no order that counts";
}

// Its reasons name what a merchant understands: how often there are orders, and how long there was none.
TEST(TreeStart, TellsSilenceFromRhythm) {
  TreeStart habits_alone = shop_start();
  habits_alone.line.clear();
  const StartScorer habits{habits_alone};
  const auto parts = [&](int orders, double first, double last) {
    std::vector<double> made(model_columns().size(), 0);
    habits.explain(row_of_orders(orders, first, last), made);
    return std::pair{made[at_column("orders_12m")], made[at_column("days_last_purch")]};
  };
  const auto often = parts(12, 360, 5), silent = parts(12, 360, 200), seldom = parts(2, 360, 5);
  EXPECT_LT(often.first, 0) << "orders often";
  EXPECT_GT(seldom.first, often.first) << "orders seldom";
  EXPECT_LT(often.second, 0) << "has just ordered";
  EXPECT_GT(silent.second, 0) << "is silent";
  const auto once = parts(1, 300, 300), new_one = parts(1, 2, 2);
  EXPECT_DOUBLE_EQ(once.first, new_one.first) << "right after the one order both were the same";
  EXPECT_GT(once.second, new_one.second);
}

TEST(TreeStart, IsTheSameFromTheMetadata) {
  ModelMetadata metadata;
  metadata.start = shop_start();
  const auto read = parse_metadata(print_metadata(metadata)).value();
  ASSERT_TRUE(read.start);
  const StartScorer now{shop_start()}, then{*read.start};
  const auto& rows = order_shop().rows;
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(now.margin(rows[i]), then.margin(rows[i])) << i;
  EXPECT_EQ(print_metadata(read), print_metadata(metadata));
  const TreeStart again = fit_start(rows, order_shop().all, order_shop().all, LabelRule{}.horizon).value();
  ModelMetadata second;
  second.start = again;
  EXPECT_EQ(print_metadata(second), print_metadata(metadata)) << "the same rows give the same start";
}

TEST(TreeStart, RefusesWhatIsNone) {
  EXPECT_TRUE(shop_start().sound());
  const auto broken = [](auto change) {
    TreeStart made = shop_start();
    change(made);
    return made.sound();
  };
  EXPECT_FALSE(broken([](TreeStart& s) { s.line.front().column = "shoe_size"; }));
  EXPECT_FALSE(broken([](TreeStart& s) { s.line.front().weight = std::numeric_limits<double>::infinity(); }));
  EXPECT_FALSE(broken([](TreeStart& s) { s.base = std::nan(""); }));
  EXPECT_FALSE(broken([](TreeStart& s) { s.habits->model.alpha = 0; }));
  EXPECT_FALSE(broken([](TreeStart& s) { s.habits->horizon_weeks = -1; }));
}

TEST(TreeStart, GoesWithoutWhatCannotBeFitted) {
  LabelledRows rows;
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < 200; ++i) {
    std::vector<float> row(model_columns().size(), kUntold);
    row[at_column("sess_30d")] = static_cast<float>(i % 20);  // visits alone are told
    rows.add(row, i % 20 < 7);
    all.push_back(i);
  }
  const auto line_alone = fit_start(rows, all, all, LabelRule{}.horizon);
  ASSERT_TRUE(line_alone);
  EXPECT_FALSE(line_alone->habits);
  const StartScorer scorer{*line_alone};
  EXPECT_GT(scorer.margin(rows[0]), scorer.margin(rows[15]) + 0.5) << "the whole line, not half of it";
  const auto trees = one_tree();
  EXPECT_EQ(started(trees, std::nullopt), trees) << "as models were before there was a start";
}

SampleSplit split_of(std::size_t samples) {
  SampleSplit split;
  split.other_season = true;
  for (std::size_t i = 0; i < samples; ++i)
    (i < samples / 2 ? split.training : i % 2 == 0 ? split.validation : split.test).push_back(i);
  return split;
}
const std::atomic<bool> kGoOnWithStart{false};

TEST(TreeStart, ModelsOfAShopThatBuysByItsStoryHaveOne) {
  const auto& rows = order_shop().rows;
  const auto train_it = [&] {
    return train_on_split(rows, split_of(rows.size()), 1, [](double) {}, kGoOnWithStart).value();
  };
  const TrainedModel trained = train_it(), again = train_it();
  ASSERT_TRUE(trained.start);
  ASSERT_TRUE(trained.start->habits);
  EXPECT_EQ(again.bytes, trained.bytes);
  EXPECT_EQ(again.start->base, trained.start->base);
  // What was measured is what the whole model says, and not the trees alone.
  const auto model = whole_model(trained.bytes, trained.start, trained.calibration).value();
  const auto trees = whole_model(trained.bytes, std::nullopt, trained.calibration).value();
  std::vector<double> scores, of_trees;
  std::vector<bool> left;
  for (const std::size_t place : split_of(rows.size()).test) {
    const std::vector<float> row{rows[place].begin(), rows[place].end()};
    scores.push_back(model->predict(row).probability);
    of_trees.push_back(trees->predict(row).probability);
    left.push_back(rows.left(place));
  }
  EXPECT_EQ(roc_auc(scores, left), trained.metrics.roc_auc);
  EXPECT_NE(roc_auc(of_trees, left), trained.metrics.roc_auc);
}

// Where another column says all, in a way that no line is drawn through, trees from nothing know more.
TEST(TreeStart, GoesWhereTreesFromNothingAreClearlyBetter) {
  LabelledRows rows;
  Random random{23};
  for (std::size_t i = 0; i < 2'000; ++i) {
    auto row = row_of_orders(1 + static_cast<int>(random.below(9)), 300, random.uniform() * 300);
    const double cart = random.uniform();
    row[at_column("avg_order_val")] = static_cast<float>(200 * cart);
    for (const char* told : {"acc_age_days", "sess_30d", "csat_score"}) row[at_column(told)] = 3;
    const bool among = static_cast<int>(cart * 8) % 2 == 0;
    rows.add(row, random.chance(among ? 0.9 : 0.1));
  }
  const auto trained = train_on_split(rows, split_of(rows.size()), 1, [](double) {}, kGoOnWithStart).value();
  EXPECT_GT(trained.metrics.roc_auc, 0.8);
  EXPECT_FALSE(trained.start);
}

}  // namespace
}  // namespace qm::reco
