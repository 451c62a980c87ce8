#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"

#include <gtest/gtest.h>

#include <random>

namespace qm::reco {
namespace {

ModelTrial trial(double auc, double calibration_error = 0.02, double predict_us = 20, std::int64_t customers = 5'000) {
  ModelTrial made;
  made.roc_auc = auc;
  made.calibration_error = calibration_error;
  made.left = customers * 2 / 5;
  made.stayed = customers - made.left;
  made.predict_us = predict_us;
  return made;
}

Comparison beside(ModelTrial candidate, ModelTrial champion, double error = 0.004) {
  Comparison both;
  both.candidate = candidate;
  both.champion = champion;
  both.roc_auc_error = error;
  return both;
}

std::string refused(const std::vector<GateResult>& gates) {
  std::string names;
  for (const auto& gate : gates)
    if (!gate.passed) names += gate.gate + " ";
  return names;
}
std::string refused(const GateResult& gate) { return gate.passed ? "" : gate.gate; }

TEST(PromotionGate, RefusesWhatIsWorseByMoreThanChance) {
  struct Case {
    const char* what;
    Comparison both;
    const char* refused;
  };
  const Case cases[] = {
      {"as good", beside(trial(0.8), trial(0.8)), ""},
      {"a little worse, by chance", beside(trial(0.794), trial(0.8)), ""},
      {"worse by more", beside(trial(0.793), trial(0.8)), "roc_auc "},
      {"certainly worse, by nothing", beside(trial(0.7985), trial(0.8), 0), ""},
      {"certainly worse", beside(trial(0.7975), trial(0.8), 0), "roc_auc "},
      {"much worse, and nobody can be sure", beside(trial(0.77), trial(0.8), 0.03), "roc_auc "},
      {"no better than chance, as the champion", beside(trial(0.49), trial(0.5)), "roc_auc "},
      {"calibrated a little worse", beside(trial(0.8, 0.05), trial(0.8)), ""},
      {"calibrated worse", beside(trial(0.8, 0.07), trial(0.8)), "calibration "},
      {"badly calibrated, as the champion", beside(trial(0.8, 0.2), trial(0.8, 0.2)), ""},
      {"worse than badly calibrated", beside(trial(0.8, 0.24), trial(0.8, 0.2)), "calibration "},
      {"slower than anybody feels", beside(trial(0.8, 0.02, 51), trial(0.8)), "latency "},
      {"slower than nobody feels", beside(trial(0.8, 0.02, 49), trial(0.8)), ""},
      {"not twice as slow", beside(trial(0.8, 0.02, 199), trial(0.8, 0.02, 100)), ""},
      {"all of it", beside(trial(0.3, 0.4, 1e4), trial(0.8)), "roc_auc calibration latency "}};
  for (const auto& c : cases) {
    const auto gates = judge_trial(c.both.candidate, c.both);
    EXPECT_EQ(refused(gates), c.refused) << c.what << ": " << gates[0].text << "; " << gates[1].text;
    EXPECT_EQ(all_passed(gates), std::string{c.refused}.empty());
    EXPECT_EQ(gates.size(), 3U);
  }
}

TEST(PromotionGate, SaysByHowMuch) {
  const auto gates = judge_trial(trial(0.6), beside(trial(0.6), trial(0.8)));
  EXPECT_NEAR(gates[0].limit, 0.8 - 1.645 * 0.004, 1e-12);
  EXPECT_EQ(gates[0].text,
            "ROC-AUC 0.600 is 0.193 below what is wanted, 0.793; the champion has 0.800 on the same customers");
}

// Ten of each kind make 0.52 look like 0.80.
TEST(PromotionGate, OfTooFewCustomersNobodyLosesHisPlace) {
  const auto gates = judge_trial(trial(0.9), beside(trial(0.9, 0.02, 20, 60), trial(0.6, 0.02, 20, 60), 0.1));
  EXPECT_EQ(refused(gates), "roc_auc ");
  EXPECT_EQ(gates[0].text,
            "too few to judge: 24 customers who left and 36 who stayed, and 100 of each are needed");
  EXPECT_EQ(refused(judge_trial(trial(0.9), beside(trial(0.9, 0.02, 20, 250), trial(0.6, 0.02, 20, 250), 0.1))), "");
}

TEST(PromotionGate, FiguresOfAnotherWorldAreNoComparison) {
  Comparison both = beside(trial(0.9), trial(0.7));
  both.unfit = "it was judged on the moon";
  EXPECT_EQ(refused(judge_trial(trial(0.9), both)), "roc_auc ");
  EXPECT_EQ(judge_trial(trial(0.9), both)[0].text, "not comparable: it was judged on the moon");
}

TEST(PromotionGate, TheFirstModelHasNobodyToBeWorseThan) {
  EXPECT_EQ(refused(judge_trial(trial(0.6), std::nullopt)), "");
  EXPECT_EQ(refused(judge_trial(trial(0.6, 0.1, 1e4, 40), std::nullopt)), "") << "and is better than none";
  EXPECT_EQ(refused(judge_trial(trial(0.4), std::nullopt)), "roc_auc ");
  EXPECT_EQ(refused(judge_trial(trial(0.6, 0.13), std::nullopt)), "calibration ");
  EXPECT_TRUE(no_distribution().passed);
}

TEST(PromotionGate, ScoresOfLiveCustomersMustBeLikeTheChampionsUnlessSomebodyWantsTheChange) {
  ShadowTrial shadow;
  shadow.champion.assign(kScoreCells, 50);
  shadow.candidate.assign(kScoreCells, 0);
  shadow.candidate.front() = 1'000;
  EXPECT_EQ(customers_of(shadow), 1'000);
  EXPECT_EQ(refused(judge_distribution(shadow, kMinShadowScores)), "score_distribution");
  EXPECT_EQ(refused(judge_distribution(shadow, kMinShadowScores, true)), "");
  EXPECT_EQ(refused(judge_distribution(shadow, 0)), "") << "it is not asked";
  shadow.candidate = shadow.champion;
  EXPECT_EQ(refused(judge_distribution(shadow, kMinShadowScores)), "");
}

TEST(PromotionGate, ADistributionOfTooFewIsNotJudgedRatherThanPassed) {
  const GateResult none = judge_distribution({}, kMinShadowScores);
  EXPECT_FALSE(none.passed);
  EXPECT_EQ(none.text, "not judged: 0 of 200 customers were scored in shadow");
  ShadowTrial few;
  few.champion.assign(kScoreCells, 9);
  few.candidate = few.champion;
  EXPECT_EQ(judge_distribution(few, kMinShadowScores).text,
            "not judged: 180 of 200 customers were scored in shadow");
  const GateResult accepted = judge_distribution(few, kMinShadowScores, true);
  EXPECT_TRUE(accepted.passed);
  EXPECT_EQ(accepted.text, "not judged: 180 of 200 customers were scored in shadow, which was accepted");
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
