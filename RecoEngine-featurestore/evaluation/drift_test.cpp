#include "RecoEngine-featurestore/evaluation/drift.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/training/random.hpp"
#include "RecoEngine-featurestore/training/synthetic_customers.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Bins = std::vector<std::int64_t>;
using Values = std::vector<std::vector<double>>;  // by feature, then by customer

TEST(Drift, KeepsFewValuesAsTheyAreAndCutsManyAtQuantiles) {
  const auto flag = reference_histogram("flag", {1, 0, kNaN, 1, 1});
  EXPECT_TRUE(flag.exact);
  EXPECT_EQ(flag.edges, (std::vector<double>{0, 1}));
  EXPECT_EQ(flag.counts, (Bins{1, 3, 0, 1}));
  EXPECT_EQ(drift_bin(flag, 0.5), 2u) << "a value that there was not";
  EXPECT_EQ(drift_bin(flag, kNaN), 3u);

  std::vector<double> values;
  for (int i = 0; i < 1'000; ++i) values.push_back(i < 500 ? 0 : i);
  const auto money = reference_histogram("money", values);
  EXPECT_FALSE(money.exact);
  EXPECT_EQ(money.edges, (std::vector<double>{0, 500, 600, 700, 800, 900}));
  EXPECT_EQ(money.counts, (Bins{500, 1, 100, 100, 100, 100, 99, 0}));
  EXPECT_EQ(drift_bin(money, -5), 0u);
  EXPECT_EQ(drift_bin(money, 600), 2u);
  EXPECT_EQ(drift_bin(money, 1e9), 6u);

  const auto silent = reference_histogram("silent", {kNaN, kNaN});
  EXPECT_EQ(silent.counts, (Bins{0, 2}));
  for (const auto& made : {flag, money, silent}) EXPECT_TRUE(is_sound(made)) << made.name;
}

TEST(Drift, KnowsAReferenceThatDoesNotFitItself) {
  EXPECT_FALSE(is_sound({}));
  EXPECT_FALSE(is_sound({"", true, {1, 1}, {1, 1, 1, 1}}));
  EXPECT_FALSE(is_sound({"", true, {1}, {1, -1, 1}}));
  EXPECT_FALSE(is_sound({"", true, {1}, {1, 1}}));
  EXPECT_FALSE(is_sound({"", false, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, Bins(13, 1)}));
}

TEST(Drift, SaysNothingOnFewRows) {
  const auto flag = reference_histogram("flag", std::vector<double>(500, 1.0));
  EXPECT_FALSE(judge_drift(flag, Bins{0, kMinDriftRows - 1, 0}, 1).enough);
  EXPECT_TRUE(judge_drift(flag, Bins{0, kMinDriftRows, 0}, 1).drifted());
  EXPECT_FALSE(judge_drift(reference_histogram("few", {1, 2}), Bins{500, 500, 0, 0}, 1).enough);
  EXPECT_THROW(judge_drift(flag, Bins{1, 2}, 1), std::invalid_argument);
}

// What was always the same and still is; and the same that was never seen, or is not told any more.
TEST(Drift, SeesThatAConstantStopsBeingOne) {
  const auto constant = reference_histogram("constant", std::vector<double>(500, 1.0));
  EXPECT_FALSE(judge_drift(constant, Bins{500, 0, 0}, 1).drifted());
  EXPECT_FALSE(judge_drift(constant, Bins{497, 3, 0}, 1).drifted());
  EXPECT_TRUE(judge_drift(constant, Bins{450, 50, 0}, 1).drifted());
  EXPECT_TRUE(judge_drift(constant, Bins{450, 0, 50}, 1).drifted());
}

TEST(Drift, HasThresholdsThatFollowFromSizesBinsAndTests) {
  const ReferenceHistogram flag{"flag", true, {0, 1}, {500, 500, 0, 0}};
  // χ² of one degree of freedom: 3.841 is passed once in 20 times, 9.141 once in 400.
  EXPECT_NEAR(judge_drift(flag, Bins{200, 200, 0, 0}, 1).threshold, 3.8415 * (1 / 1'000.0 + 1 / 400.0), 1e-6);
  EXPECT_NEAR(judge_drift(flag, Bins{200, 200, 0, 0}, 20).threshold, 9.1406 * (1 / 1'000.0 + 1 / 400.0), 1e-6);
  const ReferenceHistogram tier{"tier", true, {0, 1, 2}, {500, 400, 100, 0, 0}};
  EXPECT_NEAR(judge_drift(tier, Bins{200, 200, 40, 0, 0}, 1).threshold, 5.9915 * (1 / 1'000.0 + 1 / 440.0), 1e-6);
}

// --- customers of the simulation: what they have is what a model is asked about --------------------------------------

class DriftOfCustomers : public testing::Test {
 protected:
  static constexpr std::size_t kPool = 4'000, kTrained = 1'000, kLive = 700, kRounds = 500;

  // Drawn with replacement from many customers: two samples of one distribution, missing values, ties and what features
  // have to do with each other included.
  static const Values& pool() {
    static const Values values = [] {
      Values made(model_features().size() + 1);
      for (const auto& customer : simulate_customers(kPool, 11, test::kNow)) {
        const auto row = to_model_row(customer.features);
        double score = 0;
        for (std::size_t f = 0; f < model_features().size(); ++f) {
          const double value = value_in_row(model_features()[f], row);
          made[f].push_back(value);
          if (!std::isnan(value)) score += std::atan(value) * (f % 2 == 0 ? 1 : -0.5);
        }
        made.back().push_back(1 / (1 + std::exp(-score / 4)));
      }
      return made;
    }();
    return values;
  }

  static std::vector<ReferenceHistogram> references(Random& random) {
    const auto drawn = draw(random, kTrained);
    std::vector<ReferenceHistogram> made;
    for (std::size_t f = 0; f < pool().size(); ++f) {
      std::vector<double> values;
      for (const std::size_t customer : drawn) values.push_back(pool()[f][customer]);
      made.push_back(reference_histogram(std::to_string(f), std::move(values)));
    }
    return made;
  }
  static std::vector<std::size_t> draw(Random& random, std::size_t count) {
    std::vector<std::size_t> drawn;
    for (std::size_t i = 0; i < count; ++i) drawn.push_back(random.below(kPool));
    return drawn;
  }
  template <class Change>
  static std::vector<Bins> live_bins(const std::vector<ReferenceHistogram>& reference, Random& random, Change change) {
    const auto drawn = draw(random, kLive);
    std::vector<Bins> bins;
    for (std::size_t f = 0; f < reference.size(); ++f) {
      bins.emplace_back(reference[f].counts.size(), 0);
      for (const std::size_t customer : drawn) ++bins[f][drift_bin(reference[f], change(f, pool()[f][customer]))];
    }
    return bins;
  }
  static double unchanged(std::size_t, double value) { return value; }

  static std::size_t alarms(const std::vector<ReferenceHistogram>& reference, const std::vector<Bins>& live,
                            std::size_t tests) {
    std::size_t count = 0;
    for (std::size_t f = 0; f < reference.size(); ++f) count += judge_drift(reference[f], live[f], tests).drifted();
    return count;
  }
};

// One round in twenty may alarm for any of its features. Of 500 rounds that is 25, give or take three standard
// deviations of such a count, 3 √(500 · 0.05 · 0.95) = 14.6.
TEST_F(DriftOfCustomers, IsSeldomSeenWhereThereIsNone) {
  std::size_t with_alarm = 0, with_alarm_if_each_stood_alone = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    Random random{round};
    const auto reference = references(random);
    const auto live = live_bins(reference, random, unchanged);
    with_alarm += alarms(reference, live, reference.size()) > 0;
    with_alarm_if_each_stood_alone += alarms(reference, live, 1) > 0;
  }
  RecordProperty("rounds_with_alarm", static_cast<int>(with_alarm));
  EXPECT_LE(with_alarm, 39u);
  EXPECT_GT(with_alarm, 0u) << "a test that never alarms tests nothing";
  EXPECT_GT(with_alarm_if_each_stood_alone, kRounds / 2) << "these rounds could not show a test that is too eager";
}

TEST_F(DriftOfCustomers, IsFoundInTheFeatureThatHasIt) {
  Random random{77};
  const auto reference = references(random);
  int tried = 0;
  for (std::size_t shifted = 0; shifted < reference.size(); ++shifted) {
    const auto& spread = reference[shifted];
    if (spread.exact) continue;
    // Nobody is any more where a fifth of the customers or more were.
    const std::size_t bin = spread.edges.size() / 2;
    std::int64_t below = 0;
    for (std::size_t i = 0; i < bin; ++i) below += spread.counts[i];
    if (below * 5 < spread.rows()) continue;
    ++tried;
    const double floor = spread.edges[bin];
    const auto live = live_bins(
        reference, random, [&](std::size_t f, double value) { return f == shifted && value < floor ? floor : value; });
    EXPECT_TRUE(judge_drift(spread, live[shifted], reference.size()).drifted()) << shifted;
    EXPECT_LE(alarms(reference, live, reference.size()), 2u) << shifted;
  }
  EXPECT_GE(tried, 10);
}

// A source that stops telling a feature.
TEST_F(DriftOfCustomers, IsFoundWhereValuesGoMissing) {
  Random random{78};
  const auto reference = references(random);
  const auto live = live_bins(reference, random, [&random](std::size_t f, double value) {
    return f == 3 && random.chance(0.2) ? kNaN : value;
  });
  EXPECT_TRUE(judge_drift(reference[3], live[3], reference.size()).drifted());
}

}  // namespace
}  // namespace qm::reco
