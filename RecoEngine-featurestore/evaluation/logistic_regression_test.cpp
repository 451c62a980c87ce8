#include "RecoEngine-featurestore/evaluation/logistic_regression.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace qm::reco {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// A table of two by two has its answer in closed form: the shares themselves.
TEST(LogisticRegression, GivesTheSharesOfATableOfTwoByTwo) {
  std::vector<float> rows;
  std::vector<bool> labels;
  for (int i = 0; i < 40; ++i) {
    rows.push_back(0), labels.push_back(i < 10);
    rows.push_back(1), labels.push_back(i < 30);
  }
  LogisticOptions free;
  free.ridge = 0;
  const auto model = LogisticRegression::fit(rows, 1, labels, free).value();
  EXPECT_NEAR(model.predict(std::vector<float>{0}), 0.25, 1e-9);
  EXPECT_NEAR(model.predict(std::vector<float>{1}), 0.75, 1e-9);
  EXPECT_NEAR(model.weights()[0], std::log(9) / 2, 1e-9) << "per standard deviation, which is one half";
  EXPECT_NEAR(model.predict(std::vector<float>{kMissing}), 0.5, 1e-9) << "missing counts as the mean";

  LogisticOptions heavy;
  heavy.ridge = 40;
  const auto held = LogisticRegression::fit(rows, 1, labels, heavy).value();
  EXPECT_LT(held.weights()[0], model.weights()[0]);
  // Where the slope of loss and ridge cancel: 40 × (p₁ − 0.75) per class, times the standardised ±1, = −ridge × w.
  const double p = held.predict(std::vector<float>{1});
  EXPECT_NEAR(80 * (0.75 - p), 40 * held.weights()[0], 1e-6);
}

TEST(LogisticRegression, FindsTheWeightsThatMadeTheOutcomes) {
  std::mt19937_64 random{11};
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<float> rows;
  std::vector<bool> labels;
  for (int i = 0; i < 20000; ++i) {
    const double a = normal(random), b = normal(random);
    rows.push_back(static_cast<float>(100 + 10 * a)), rows.push_back(static_cast<float>(0.01 * b));
    labels.push_back(uniform(random) < 1 / (1 + std::exp(-(0.5 + a - 2 * b))));
  }
  const auto model = LogisticRegression::fit(rows, 2, labels).value();
  EXPECT_NEAR(model.weights()[0], 1, 0.06);
  EXPECT_NEAR(model.weights()[1], -2, 0.1);
  EXPECT_NEAR(model.intercept(), 0.5, 0.06);
}

// Of two columns that go together one gets the wrong sign: without it, the other is what it would be alone.
TEST(LogisticRegression, KeepsSignsAndFitsTheRestAround) {
  std::mt19937_64 random{12};
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<float> rows, first_alone;
  std::vector<bool> labels;
  for (int i = 0; i < 5000; ++i) {
    const double a = normal(random), b = 0.7 * a + normal(random);
    rows.push_back(static_cast<float>(a)), rows.push_back(static_cast<float>(b));
    first_alone.push_back(static_cast<float>(a));
    labels.push_back(uniform(random) < 1 / (1 + std::exp(-(1.5 * a - b))));
  }
  const auto free = LogisticRegression::fit(rows, 2, labels).value();
  ASSERT_LT(free.weights()[1], -0.5);
  LogisticOptions rising;
  rising.signs = {1, 1};
  const auto held = LogisticRegression::fit(rows, 2, labels, rising).value();
  const auto alone = LogisticRegression::fit(first_alone, 1, labels).value();
  EXPECT_EQ(held.weights()[1], 0);
  EXPECT_NEAR(held.weights()[0], alone.weights()[0], 1e-6);
  EXPECT_NEAR(held.intercept(), alone.intercept(), 1e-6);
  rising.signs = {1, -1};
  const auto fits = LogisticRegression::fit(rows, 2, labels, rising).value();
  EXPECT_NEAR(fits.weights()[1], free.weights()[1], 1e-6) << "a sign that the rows have anyway changes nothing";
  rising.signs = {1};
  EXPECT_THROW((void)LogisticRegression::fit(rows, 2, labels, rising), std::invalid_argument);
}

TEST(LogisticRegression, ContributionsAddUpToTheLogOdds) {
  const std::vector<float> rows{1, 10, 2, 30, 3, 20, 4, 50, 5, kMissing, 6, 40};
  const auto model = LogisticRegression::fit(rows, 2, {true, false, true, false, false, true}).value();
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    const auto row = std::span{rows}.subspan(i, 2);
    const auto parts = model.contributions(row);
    ASSERT_EQ(parts.size(), 2U);
    const double chance = model.predict(row);
    EXPECT_NEAR(model.intercept() + parts[0] + parts[1], std::log(chance / (1 - chance)), 1e-12);
    if (std::isnan(row[1])) EXPECT_EQ(parts[1], 0) << "a missing value says nothing";
  }
  EXPECT_THROW((void)model.contributions(rows), std::invalid_argument);
}

TEST(LogisticRegression, StandsColumnsThatTellNothingOrTheSame) {
  std::vector<float> rows;
  std::vector<bool> labels;
  for (int i = 0; i < 50; ++i) {
    const auto x = static_cast<float>(i % 10);
    for (const float value : {x, 2 * x, 3.0F, kMissing}) rows.push_back(value);
    labels.push_back(i % 10 > 4);  // separable: only the ridge keeps the weights finite
  }
  const auto model = LogisticRegression::fit(rows, 4, labels).value();
  EXPECT_NEAR(model.weights()[0], model.weights()[1], 1e-6);
  EXPECT_DOUBLE_EQ(model.weights()[2], 0);
  EXPECT_DOUBLE_EQ(model.weights()[3], 0);
}

TEST(LogisticRegression, RefusesWhatCannotBeFitted) {
  const std::vector<float> rows{1, 2, 3};
  EXPECT_FALSE(LogisticRegression::fit(rows, 1, {true, true, true}));
  EXPECT_THROW((void)LogisticRegression::fit(rows, 2, {true, false}), std::invalid_argument);
  const auto model = LogisticRegression::fit(rows, 1, {true, false, true}).value();
  EXPECT_THROW(model.predict(rows), std::invalid_argument);
}

}  // namespace
}  // namespace qm::reco
