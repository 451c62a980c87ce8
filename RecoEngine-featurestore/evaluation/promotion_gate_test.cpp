#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"

#include <gtest/gtest.h>

#include <random>

namespace qm::reco {
namespace {

ModelTrial trial(double auc, double calibration_error = 0.02, double predict_us = 20, std::int64_t customers = 5'000) {
  ModelTrial made;
  made.roc_auc = auc;
  made.calibration_error = calibration_error;
  made.mean_score = made.churn_rate = 0.4;
  made.left = customers * 2 / 5;
  made.stayed = customers - made.left;
  made.predict_us = predict_us;
  return made;
}

std::string refused(const std::vector<GateResult>& gates) {
  std::string names;
  for (const auto& gate : gates)
    if (!gate.passed) names += gate.gate + " ";
  return names;
}

TEST(PromotionGate, RefusesWhatIsWorseByMoreThanChance) {
  struct Case {
    ModelTrial candidate;
    const char* refused;
  };
  const Case cases[] = {{trial(0.8), ""},
                        {trial(0.79), ""},
                        {trial(0.76), "roc_auc "},
                        {trial(0.76, 0.02, 20, 200), ""},  // of so few customers that it may be chance
                        {trial(0.8, 0.08), ""},
                        {trial(0.8, 0.15), "calibration "},
                        {trial(0.8, 0.02, 139), ""},
                        {trial(0.8, 0.02, 141), "latency "},
                        {trial(0.3, 0.4, 1e4), "roc_auc calibration latency "}};
  for (const auto& c : cases) {
    const auto gates = judge_promotion(c.candidate, trial(0.8), {});
    EXPECT_EQ(refused(gates), c.refused) << c.candidate.roc_auc << ' ' << c.candidate.calibration_error;
    EXPECT_EQ(all_passed(gates), std::string{c.refused}.empty());
    EXPECT_EQ(gates.size(), 4U);
  }
}

TEST(PromotionGate, SaysByHowMuch) {
  const auto gates = judge_promotion(trial(0.6), trial(0.8), {});
  EXPECT_NEAR(gates[0].limit, 0.8 - 2 * 0.0098, 0.005);
  EXPECT_NE(gates[0].text.find("ROC-AUC 0.600 is 0.1"), std::string::npos) << gates[0].text;
}

TEST(PromotionGate, TheFirstModelHasNobodyToBeWorseThan) {
  EXPECT_EQ(refused(judge_promotion(trial(0.6), std::nullopt, {})), "");
  EXPECT_EQ(refused(judge_promotion(trial(0.4), std::nullopt, {})), "roc_auc ");
}

TEST(PromotionGate, ScoresOfLiveCustomersMustBeLikeTheChampionsUnlessSomebodyWantsTheChange) {
  ShadowTrial shadow;
  shadow.champion.assign(kScoreCells, 50);
  shadow.candidate.assign(kScoreCells, 0);
  shadow.candidate.front() = 1'000;
  EXPECT_EQ(refused(judge_promotion(trial(0.8), trial(0.8), shadow)), "score_distribution ");
  EXPECT_EQ(refused(judge_promotion(trial(0.8), trial(0.8), shadow, true)), "");
  EXPECT_EQ(refused(judge_promotion(trial(0.7), trial(0.8), shadow, true)), "roc_auc ") << "but none that is worse";
  shadow.candidate.front() = kMinShadowScores - 1;
  EXPECT_EQ(refused(judge_promotion(trial(0.8), trial(0.8), shadow)), "") << "too few to say";
}

TEST(PromotionGate, SamplesOfOneDistributionAreAlike) {
  std::mt19937 random{5};
  for (const int size : {300, 3'000}) {
    std::vector<std::int64_t> a(kScoreCells), b(kScoreCells);
    for (int i = 0; i < size; ++i) {
      ++a[score_cell(static_cast<double>(random() % 1'000) / 1'000)];
      ++b[score_cell(static_cast<double>(random() % 1'000) / 1'000)];
    }
    EXPECT_LT(stability_index(a, b), 0.25) << size;
    EXPECT_EQ(stability_index(a, a), 0);
  }
  EXPECT_EQ(score_cell(0), 0U);
  EXPECT_EQ(score_cell(1), kScoreCells - 1);
  EXPECT_EQ(score_cell(0.05), 1U);
}

}  // namespace
}  // namespace qm::reco
