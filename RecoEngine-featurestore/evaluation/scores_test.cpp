#include "RecoEngine-featurestore/evaluation/scores.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace qm::reco {
namespace {

// 20 scores in steps of 0.05 from 0.025; those who left are every third from the top half and two of the lower.
struct Sample {
  std::vector<double> scores;
  std::vector<bool> labels;
};
Sample twenty() {
  Sample sample;
  for (int i = 0; i < 20; ++i) {
    sample.scores.push_back(0.025 + 0.05 * i);
    sample.labels.push_back(i >= 14 || i == 3 || i == 9);
  }
  return sample;
}

TEST(RocAuc, IsTheShareOfPairsInOrder) {
  const std::vector<bool> labels{true, true, false, false};
  struct Case {
    std::vector<double> scores;
    double area;
  };
  const Case cases[] = {{{0.9, 0.8, 0.2, 0.1}, 1},    {{0.1, 0.2, 0.8, 0.9}, 0},     {{0.5, 0.5, 0.5, 0.5}, 0.5},
                        {{0.9, 0.3, 0.4, 0.1}, 0.75}, {{0.9, 0.4, 0.4, 0.1}, 0.875}, {{0.4, 0.4, 0.4, 0.1}, 0.75},
                        {{0.4, 0.1, 0.4, 0.4}, 0.25}};
  for (const auto& c : cases) EXPECT_DOUBLE_EQ(roc_auc(c.scores, labels), c.area);
  EXPECT_DOUBLE_EQ(roc_auc({0.1, 0.2}, {true, true}), 0.5);
  EXPECT_DOUBLE_EQ(roc_auc({}, {}), 0.5);
}

// 6 above all 12 who stayed; number 3 above three of them; number 9 above eight.
TEST(RocAuc, CountsPairsOfALargerSample) {
  const auto sample = twenty();
  EXPECT_DOUBLE_EQ(roc_auc(sample.scores, sample.labels), (6 * 12 + 3 + 8) / 96.0);
}

TEST(PrAuc, IsAveragePrecision) {
  const std::vector<bool> labels{true, true, false, false};
  EXPECT_DOUBLE_EQ(pr_auc({0.9, 0.8, 0.2, 0.1}, labels), 1);
  EXPECT_NEAR(pr_auc({0.9, 0.3, 0.4, 0.1}, labels), 0.5 * 1 + 0.5 * 2 / 3, 1e-12);
  EXPECT_NEAR(pr_auc({0.5, 0.5, 0.5, 0.5}, labels), 0.5, 1e-12) << "a tie is one step";
  // Recall 0 → 0.5 among the three of 0.4 together with 0.9.
  EXPECT_NEAR(pr_auc({0.1, 0.4, 0.9, 0.4}, labels), 0.5 / 3 + 0.5 * 2 / 4, 1e-12);
  EXPECT_DOUBLE_EQ(pr_auc({0.5}, {false}), 0);
}

TEST(Losses, AreTheirDefinitions) {
  EXPECT_DOUBLE_EQ(brier_score({0.9, 0.2}, {true, false}), (0.01 + 0.04) / 2);
  EXPECT_NEAR(log_loss({0.9, 0.2}, {true, false}), -(std::log(0.9) + std::log(0.8)) / 2, 1e-12);
  EXPECT_NEAR(log_loss({0.0}, {true}), -std::log(1e-12), 1e-6) << "a certainty that was wrong costs much, not all";
  EXPECT_DOUBLE_EQ(brier_score({}, {}), 0);
  EXPECT_DOUBLE_EQ(log_loss({}, {}), 0);
}

TEST(Groups, OfEqualCountFillUpFromTheLowest) {
  const auto sample = twenty();
  const auto groups = groups_of_equal_count(sample.scores, sample.labels, 10);
  ASSERT_EQ(groups.size(), 10U);
  const double observed[] = {0, 0.5, 0, 0, 0.5, 0, 0, 1, 1, 1};
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(groups[i].count, 2U);
    EXPECT_NEAR(groups[i].mean_score, 0.05 + 0.1 * static_cast<double>(i), 1e-12);
    EXPECT_DOUBLE_EQ(groups[i].observed, observed[i]);
  }
  EXPECT_EQ(groups_of_equal_count({0.1, 0.2, 0.3}, {false, false, true}, 10).size(), 3U);
}

TEST(Groups, ShareATieEvenly) {
  const auto groups = groups_of_equal_count({0.5, 0.5, 0.5, 0.5}, {true, false, false, false}, 2);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_DOUBLE_EQ(groups[0].observed, 0.25);
  EXPECT_DOUBLE_EQ(groups[1].observed, 0.25);
}

TEST(Groups, OfEqualWidthHoldTheirUpperEdge) {
  const auto groups = groups_of_equal_width({0, 0.1, 0.11, 1}, {false, true, true, true}, 10);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].count, 2U);
  EXPECT_DOUBLE_EQ(groups[0].observed, 0.5);
  EXPECT_EQ(groups[1].count, 1U);
  EXPECT_DOUBLE_EQ(groups[2].mean_score, 1);
}

TEST(CalibrationError, WeighsGroupsByTheirCount) {
  EXPECT_DOUBLE_EQ(calibration_error({{3, 0.2, 0.5}, {1, 0.9, 0.8}}), (3 * 0.3 + 0.1) / 4);
  EXPECT_DOUBLE_EQ(calibration_error({}), 0);
}

TEST(Lift, ComparesEachTenthWithAll) {
  const auto sample = twenty();
  const auto lift = lift_by_decile(sample.scores, sample.labels);
  ASSERT_EQ(lift.size(), 10U);
  EXPECT_DOUBLE_EQ(lift[0], 2.5);
  EXPECT_DOUBLE_EQ(lift[3], 0);
  EXPECT_DOUBLE_EQ(lift[5], 1.25);
  EXPECT_TRUE(lift_by_decile({0.4}, {false}).empty());
}

TEST(ScoreReport, HoldsThemAll) {
  const auto sample = twenty();
  const auto report = report_scores(sample.scores, sample.labels);
  EXPECT_EQ(report.customers, 20U);
  EXPECT_DOUBLE_EQ(report.churn_rate, 0.4);
  EXPECT_NEAR(report.mean_score, 0.5, 1e-12);
  EXPECT_NEAR(report.calibration_error_equal_count, calibration_error(report.calibration), 1e-15);
  // With two in each tenth, groups of equal width are the groups of equal count.
  EXPECT_NEAR(report.calibration_error, report.calibration_error_equal_count, 1e-12);
  EXPECT_EQ(report_scores({}, {}).customers, 0U);
}

TEST(Scores, RefuseWhatDoesNotFit) {
  EXPECT_THROW(roc_auc({0.5}, {}), std::invalid_argument);
  EXPECT_THROW(brier_score({std::numeric_limits<double>::quiet_NaN()}, {true}), std::invalid_argument);
}

}  // namespace
}  // namespace qm::reco
