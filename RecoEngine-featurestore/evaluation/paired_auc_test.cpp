#include "RecoEngine-featurestore/evaluation/paired_auc.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

#include "RecoEngine-featurestore/evaluation/scores.hpp"

namespace qm::reco {
namespace {

struct PairedCrowd {
  std::vector<double> a, b;
  std::vector<bool> labels;
};

// Two scorers that see the same thing, each with noise of its own; `steps` > 0: scores with many ties.
PairedCrowd paired_crowd(std::mt19937& random, int customers, double noise_of_a, double noise_of_b, int steps = 0) {
  std::normal_distribution<double> normal;
  PairedCrowd made;
  for (int i = 0; i < customers; ++i) {
    const bool left = random() % 5 < 2;
    const double seen = (left ? 1.0 : 0.0) + normal(random);
    const auto score = [&](double noise) {
      const double exact = seen + noise * normal(random);
      return steps > 0 ? std::round(exact * steps) / steps : exact;
    };
    made.a.push_back(score(noise_of_a));
    made.b.push_back(score(noise_of_b));
    made.labels.push_back(left);
  }
  return made;
}

// As it is defined: each who left beside each who stayed.
double brute_error(const PairedCrowd& crowd) {
  const auto beats = [](double left, double stayed) { return left > stayed ? 1.0 : left == stayed ? 0.5 : 0.0; };
  std::vector<std::size_t> left, stayed;
  for (std::size_t i = 0; i < crowd.labels.size(); ++i) (crowd.labels[i] ? left : stayed).push_back(i);
  const auto spread = [&](const std::vector<std::size_t>& ones, const std::vector<std::size_t>& others, bool lefts) {
    std::vector<double> differences;
    for (const std::size_t one : ones) {
      double sum = 0;
      for (const std::size_t other : others) {
        const std::size_t x = lefts ? one : other, y = lefts ? other : one;
        sum += beats(crowd.a[x], crowd.a[y]) - beats(crowd.b[x], crowd.b[y]);
      }
      differences.push_back(sum / static_cast<double>(others.size()));
    }
    double mean = 0, squares = 0;
    for (const double each : differences) mean += each / static_cast<double>(differences.size());
    for (const double each : differences) squares += (each - mean) * (each - mean);
    return squares / static_cast<double>(differences.size() - 1) / static_cast<double>(differences.size());
  };
  return std::sqrt(spread(left, stayed, true) + spread(stayed, left, false));
}

TEST(PairedAuc, IsWhatItsDefinitionGives) {
  std::mt19937 random{3};
  for (const int steps : {0, 1, 4}) {
    for (const int customers : {12, 90, 200}) {
      const PairedCrowd of = paired_crowd(random, customers, 0.3, 1, steps);
      const PairedAreas areas = compare_areas(of.a, of.b, of.labels);
      EXPECT_NEAR(areas.a, roc_auc(of.a, of.labels), 1e-12) << steps;
      EXPECT_NEAR(areas.b, roc_auc(of.b, of.labels), 1e-12) << steps;
      EXPECT_NEAR(areas.error, brute_error(of), 1e-12) << steps;
    }
  }
}

TEST(PairedAuc, TheSameOrderIsNoDifference) {
  std::mt19937 random{4};
  PairedCrowd of = paired_crowd(random, 100, 0.3, 1);
  for (std::size_t i = 0; i < of.a.size(); ++i) of.b[i] = 3 * of.a[i] - 7;
  const PairedAreas areas = compare_areas(of.a, of.b, of.labels);
  EXPECT_EQ(areas.a, areas.b);
  EXPECT_EQ(areas.error, 0);
}

// Scorers that are equally good: one in twenty differs by 1.645 errors downwards, and the pairing is what makes small
// differences tell.
TEST(PairedAuc, TellsChanceFromDifference) {
  std::mt19937 random{5};
  constexpr int kRounds = 2'000;
  int by_chance = 0;
  for (int round = 0; round < kRounds; ++round) {
    const PairedCrowd of = paired_crowd(random, 300, 0.5, 0.5);
    const PairedAreas areas = compare_areas(of.a, of.b, of.labels);
    if (areas.a - areas.b < -1.645 * areas.error) ++by_chance;
    if (round == 0) EXPECT_LT(areas.error, 0.75 * std::sqrt(2) * roc_auc_error(areas.a, 120, 180));
  }
  EXPECT_NEAR(by_chance, kRounds / 20, 3 * std::sqrt(kRounds * 0.05 * 0.95));
}

TEST(PairedAuc, WantsTwoOfEachKind) {
  EXPECT_THROW(compare_areas({1, 2, 3}, {1, 2, 3}, {true, false, false}), std::invalid_argument);
  EXPECT_THROW(compare_areas({1, 2, 3, 4}, {1, 2, 3}, {true, true, false, false}), std::invalid_argument);
  EXPECT_NO_THROW(compare_areas({1, 2, 3, 4}, {1, 2, 3, 4}, {true, true, false, false}));
}

}  // namespace
}  // namespace qm::reco
