#include "RecoEngine-featurestore/evaluation/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "RecoEngine-featurestore/evaluation/scores.hpp"

namespace qm::reco {
namespace {

double chance_of(double margin) { return 1 / (1 + std::exp(-margin)); }

// Scores whose truth is `true_chance` of their log-odds.
struct Known {
  std::vector<double> scores;
  std::vector<bool> labels;
};
template <class Truth>
Known draw(int count, std::uint64_t seed, Truth true_chance) {
  std::mt19937_64 random{seed};
  std::uniform_real_distribution<double> uniform;
  Known known;
  for (int i = 0; i < count; ++i) {
    const double margin = 6 * uniform(random) - 3;
    known.scores.push_back(chance_of(margin));
    known.labels.push_back(uniform(random) < true_chance(margin));
  }
  return known;
}

std::vector<double> calibrated(const Calibration& calibration, const std::vector<double>& scores) {
  std::vector<double> probabilities;
  for (const double score : scores) probabilities.push_back(calibration(score));
  return probabilities;
}

double error_after(const Calibration& calibration, const Known& known) {
  return report_scores(calibrated(calibration, known.scores), known.labels).calibration_error;
}

TEST(Platt, FindsTheLineThatBentTheScores) {
  const auto truth = [](double margin) { return chance_of(0.5 * margin - 1); };
  const auto known = draw(20000, 1, truth), later = draw(20000, 2, truth);
  const auto fitted = fit_platt(known.scores, known.labels).value();
  EXPECT_NEAR(fitted.slope, 0.5, 0.03);
  EXPECT_NEAR(fitted.intercept, -1, 0.05);
  EXPECT_GT(error_after({}, later), 0.15);
  EXPECT_LT(error_after(fitted, later), 0.02);
  EXPECT_NEAR(roc_auc(calibrated(fitted, later.scores), later.labels), roc_auc(later.scores, later.labels), 1e-12);
}

TEST(Isotonic, PoolsWhoeverViolatesTheOrder) {
  // Shares 1/4, 3/4, 1/4 … the latter two pool to 1/2; each is drawn to the middle by one customer of each kind.
  const std::vector<double> scores{0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 0.5, 0.7, 0.7, 0.7, 0.7};
  const std::vector<bool> labels{true, false, false, false, true, true, true, false, true, false, false, false};
  const auto fitted = fit_isotonic(scores, labels).value();
  ASSERT_EQ(fitted.scores.size(), 2U);
  EXPECT_DOUBLE_EQ(fitted(0.1), 2.0 / 6);
  EXPECT_NEAR(fitted(0.6), 0.5, 1e-12);
  EXPECT_NEAR(fitted(0.35), (2.0 / 6 + 0.5) / 2, 1e-12) << "a straight line between the corners";
  EXPECT_DOUBLE_EQ(fitted(0), fitted(0.1));
  EXPECT_DOUBLE_EQ(fitted(1), fitted(0.6));
}

TEST(Isotonic, NeverFalls) {
  const auto known = draw(300, 3, [](double margin) { return chance_of(margin); });
  const auto fitted = fit_isotonic(known.scores, known.labels).value();
  double before = 0;
  for (int i = 0; i <= 1000; ++i) {
    const double now = fitted(i / 1000.0);
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_GT(fitted(0), 0);
  EXPECT_LT(fitted(1), 1);
}

TEST(ChooseCalibration, TakesTheKindThatFitsTheTruth) {
  const auto straight = draw(4000, 4, [](double margin) { return chance_of(0.6 * margin + 0.8); });
  EXPECT_EQ(choose_calibration(straight.scores, straight.labels)->calibration.kind, CalibrationKind::platt);
  const auto steps = draw(4000, 5, [](double margin) { return margin < -1 ? 0.3 : margin < 2 ? 0.35 : 0.9; });
  const auto chosen = choose_calibration(steps.scores, steps.labels).value();
  EXPECT_EQ(chosen.calibration.kind, CalibrationKind::isotonic);
  EXPECT_LT(chosen.isotonic_loss, chosen.platt_loss);
  EXPECT_LT(chosen.platt_loss, chosen.none_loss);
}

TEST(Calibration, DampedIsHalfway) {
  Calibration platt;
  platt.kind = CalibrationKind::platt;
  platt.intercept = 2;
  EXPECT_NEAR(platt(0.5), chance_of(2), 1e-12);
  EXPECT_NEAR(damped(platt)(0.5), chance_of(1), 1e-12);
  EXPECT_NEAR(damped(platt, 0)(0.3), 0.3, 1e-12);
  EXPECT_DOUBLE_EQ(damped(Calibration{})(0.3), 0.3);
}

TEST(Calibration, RefusesOutcomesOfOneKind) {
  EXPECT_FALSE(fit_platt({0.1, 0.2, 0.3}, {true, true, true}));
  EXPECT_FALSE(fit_isotonic({0.1, 0.2, 0.3}, {true, false, false}));
  EXPECT_FALSE(choose_calibration({0.1, 0.2}, {true, false}));
  EXPECT_FALSE(fit_platt({0.1, 0.2, 0.8, 0.9}, {true, true, false, false})) << "the higher, the safer";
  EXPECT_THROW((void)fit_platt({0.1}, {}), std::invalid_argument);
}

TEST(Calibration, KnowsWhetherItIsSound) {
  Calibration steps{CalibrationKind::isotonic, 1, 0, {0.2, 0.8}, {0.3, 0.6}, 1};
  EXPECT_TRUE(Calibration{}.sound());
  EXPECT_TRUE(steps.sound());
  const auto with = [&steps](auto change) {
    Calibration changed = steps;
    change(changed);
    return changed.sound();
  };
  EXPECT_FALSE(with([](Calibration& c) { c.scores.clear(), c.probabilities.clear(); }));
  EXPECT_FALSE(with([](Calibration& c) { c.scores.pop_back(); }));
  EXPECT_FALSE(with([](Calibration& c) { c.probabilities = {0.6, 0.3}; }));
  EXPECT_FALSE(with([](Calibration& c) { c.probabilities = {0.6, 1.3}; }));
  EXPECT_FALSE(with([](Calibration& c) { c.weight = 2; }));
  EXPECT_FALSE(with([](Calibration& c) { c.slope = -1; }));
}

}  // namespace
}  // namespace qm::reco
