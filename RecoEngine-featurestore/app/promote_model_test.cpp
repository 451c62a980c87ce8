#include "RecoEngine-featurestore/app/promote_model.hpp"

#include <gtest/gtest.h>

#include "RecoEngine-featurestore/training/synthetic_customers.hpp"
#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

using test::kNow;

// One small model's bytes, as all versions here.
const TrainedModel& a_model() {
  static const TrainedModel made = [] {
    const std::atomic<bool> go_on{false};
    return *train(simulate_customers(400, 3, kNow), {}, [](double) {}, go_on);
  }();
  return made;
}

struct PromotingInstance {
  explicit PromotingInstance(kv::Store& store)
      : registry(store), counts(store), champion(registry), promote(registry, champion, shadow, counts) {}
  ModelRegistry registry;
  ShadowScoreStore counts;
  Champion champion;
  ShadowScores shadow;
  PromoteModel promote;
};

class PromoteModelTest : public testing::Test {
 protected:
  static ModelTrial trial(double roc_auc) { return {roc_auc, 0.02, 2'000, 2'000, 20}; }
  // A model that by itself has shown as much.
  static ModelMetadata about(const std::string& version, double roc_auc) {
    ModelMetadata metadata;
    metadata.version = version;
    metadata.created_at = kNow;
    metadata.feature_hash = to_hex(feature_table_hash());
    metadata.metrics = a_model().metrics;
    metadata.metrics.roc_auc = roc_auc;
    metadata.metrics.calibration_error = 0.02;
    metadata.metrics.true_positives = 2'000;
    metadata.metrics.true_negatives = 2'000;
    metadata.metrics.false_negatives = metadata.metrics.false_positives = 0;
    metadata.predict_us = 20;
    return metadata;
  }
  static void compare(ModelMetadata& metadata, const std::string& champion, double ours, double theirs) {
    Comparison both;
    both.candidate = trial(ours);
    both.champion = trial(theirs);
    both.roc_auc_error = 0.002;
    metadata.compared = ComparedModels{champion, both};
  }
  void keep(const ModelMetadata& metadata) {
    ASSERT_TRUE(await(here_.registry.save({metadata.version, a_model().bytes, print_metadata(metadata)})));
  }
  void keep(const std::string& version, double roc_auc) { keep(about(version, roc_auc)); }
  // A champion, and a candidate that is as good on the same customers.
  void champion_and_candidate() {
    keep("v1", 0.80);
    ASSERT_TRUE(await(here_.promote.promote("v1"))->promoted);
    ModelMetadata candidate = about("v2", 0.78);
    compare(candidate, "v1", 0.78, 0.78);
    keep(candidate);
  }
  // Customers whom an instance asks both about, as many of each score.
  static void scores_in_shadow(PromotingInstance& instance, int customers, const std::string& prefix = "a",
                               std::optional<double> always = std::nullopt) {
    for (int i = 0; i < customers; ++i) {
      const double score = 0.02 * (i % 50);
      instance.shadow.add(prefix + std::to_string(i), "v1", score, "v2", always.value_or(score));
    }
    ASSERT_TRUE(await(instance.promote.tell_shadow()));
  }
  static std::string serves(PromotingInstance& instance) {
    const auto followed = await(instance.champion.follow());
    EXPECT_TRUE(followed) << followed.error().detail;
    return instance.champion.current()->version;
  }
  std::map<std::string, std::string> stages() {
    std::map<std::string, std::string> found;
    const auto models = await(there_.promote.list());
    EXPECT_TRUE(models);
    for (const auto& model : *models) found[model.metadata.version] = to_string(model.stage);
    return found;
  }
  using Stages = std::map<std::string, std::string>;

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  PromotingInstance here_{*store_}, there_{*store_};
};

TEST_F(PromoteModelTest, TheFirstOneIsChampionAtOnceOnAllInstances) {
  keep("v1", 0.70);
  const auto first = await(here_.promote.promote("v1"));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->promoted);
  EXPECT_EQ(first->gates.size(), 4U);
  EXPECT_EQ(serves(there_), "v1");
  EXPECT_TRUE(await(here_.promote.promote("v1"))->promoted) << "it is";
}

TEST_F(PromoteModelTest, ABetterOneScoresUnseenUntilEnoughLiveCustomersWereAskedAndThenTakesThePlaceByItself) {
  champion_and_candidate();
  const auto early = await(here_.promote.promote("v2"));
  ASSERT_TRUE(early);
  EXPECT_FALSE(early->promoted);
  EXPECT_EQ(early->stage, ModelStage::shadow);
  EXPECT_EQ(early->gates.at(3).text, "not judged: 0 of 200 customers were scored in shadow");
  EXPECT_EQ(serves(there_), "v1");
  ASSERT_TRUE(there_.champion.shadow());
  EXPECT_EQ(there_.champion.shadow()->version, "v2");

  scores_in_shadow(here_, 120, "here");
  scores_in_shadow(here_, 120, "here");  // the same ones again
  ASSERT_TRUE(await(there_.promote.promote_shadow()));
  EXPECT_EQ(stages(), (Stages{{"v1", "champion"}, {"v2", "shadow"}})) << "120 are not enough";
  EXPECT_EQ(await(there_.promote.list())->at(1).shadow_scores, 120);
  scores_in_shadow(there_, 80, "there");
  ASSERT_TRUE(await(there_.promote.promote_shadow()));
  ASSERT_TRUE(await(here_.promote.promote_shadow()));
  EXPECT_EQ(stages(), (Stages{{"v1", "retired"}, {"v2", "champion"}})) << "those of all instances count";
  EXPECT_EQ(serves(here_), "v2");
}

TEST_F(PromoteModelTest, AWorseOneNeverReachesCustomersAndIsNotEvenAsked) {
  keep("v1", 0.80);
  ASSERT_TRUE(await(here_.promote.promote("v1"))->promoted);
  ModelMetadata worse = about("v2", 0.82);
  compare(worse, "v1", 0.82, 0.85);
  keep(worse);
  const auto refused = await(here_.promote.promote("v2", true));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->promoted);
  EXPECT_FALSE(refused->gates.at(0).passed) << "better by its own customers, worse on the same ones";
  EXPECT_EQ(stages(), (Stages{{"v1", "champion"}, {"v2", "candidate"}}));
  EXPECT_FALSE(there_.champion.shadow());
}

TEST_F(PromoteModelTest, ARefusedOneDoesNotDisplaceWhoeverIsInShadow) {
  champion_and_candidate();
  ASSERT_TRUE(await(here_.promote.promote("v2")));
  keep("v3", 0.60);
  ASSERT_TRUE(await(here_.promote.promote("v3")));
  EXPECT_EQ(stages(), (Stages{{"v1", "champion"}, {"v2", "shadow"}, {"v3", "candidate"}}));
}

TEST_F(PromoteModelTest, WhatItSaysOfLiveCustomersIsAsked) {
  champion_and_candidate();
  ASSERT_TRUE(await(here_.promote.promote("v2")));
  scores_in_shadow(here_, 500, "a", 0.99);
  for (int again = 0; again < 2; ++again) ASSERT_TRUE(await(there_.promote.promote_shadow()));
  EXPECT_EQ(stages(), (Stages{{"v1", "champion"}, {"v2", "shadow"}})) << "another distribution is for people to judge";
  const auto refused = await(there_.promote.promote("v2"));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->promoted);
  EXPECT_FALSE(refused->gates.at(3).passed) << refused->gates.at(3).text;
  EXPECT_TRUE(await(here_.promote.promote("v2", true))->promoted) << "that is wanted";
}

TEST_F(PromoteModelTest, NobodyHasToWaitForScoresInShadow) {
  champion_and_candidate();
  const auto accepted = await(here_.promote.promote("v2", true));
  ASSERT_TRUE(accepted);
  EXPECT_TRUE(accepted->promoted);
  EXPECT_EQ(accepted->gates.at(3).text, "not judged: 0 of 200 customers were scored in shadow, which was accepted");
}

TEST_F(PromoteModelTest, OneInShadowThatWasJudgedBesideAnotherChampionWaitsForSomebodyToLook) {
  champion_and_candidate();
  ASSERT_TRUE(await(here_.promote.promote("v2")));
  ModelMetadata faster = about("v3", 0.78);
  compare(faster, "v1", 0.78, 0.78);
  keep(faster);
  ASSERT_TRUE(await(there_.promote.promote("v3", true))->promoted);
  for (int i = 0; i < 300; ++i) here_.shadow.add(std::to_string(i), "v3", 0.5, "v2", 0.5);
  ASSERT_TRUE(await(here_.promote.tell_shadow()));
  ASSERT_TRUE(await(here_.promote.promote_shadow()));
  EXPECT_EQ(stages(), (Stages{{"v1", "retired"}, {"v2", "shadow"}, {"v3", "champion"}}));
}

TEST_F(PromoteModelTest, FiguresOfTwoWorldsAreNoComparison) {
  ModelMetadata real = about("v1", 0.70);
  real.source = TrainingSource::events;
  keep(real);
  ASSERT_TRUE(await(here_.promote.promote("v1"))->promoted);
  ModelMetadata simulated = about("v2", 0.88);
  simulated.source = TrainingSource::synthetic;
  compare(simulated, "v1", 0.88, 0.60);
  keep(simulated);
  const auto refused = await(here_.promote.promote("v2", true));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->promoted) << "it is better among simulated customers only";
  EXPECT_NE(refused->gates.at(0).text.find("simulated"), std::string::npos) << refused->gates.at(0).text;

  const Comparison reversed = comparison_of(real, simulated);
  EXPECT_EQ(reversed.candidate.roc_auc, 0.60) << "from the other one's comparison";
  EXPECT_TRUE(reversed.same_customers);
  EXPECT_EQ(reversed.unfit, "");
  simulated.compared.reset();
  EXPECT_FALSE(comparison_of(real, simulated).same_customers);
  EXPECT_NE(comparison_of(real, simulated).unfit, "");
}

TEST_F(PromoteModelTest, AChampionOfOtherFeaturesIsNobodyToBeWorseThan) {
  champion_and_candidate();
  ModelMetadata old = about("v3", 0.99);
  old.feature_hash = to_hex(1);
  keep(old);
  ASSERT_TRUE(await(here_.registry.set_champion("v3", "v1")));
  EXPECT_TRUE(await(here_.promote.promote("v2"))->promoted);
}

TEST_F(PromoteModelTest, TheChampionGoesBackToTheOneBeforeIt) {
  champion_and_candidate();
  EXPECT_EQ(await(here_.promote.roll_back("v1")).error().kind, ErrorKind::Conflict) << "there was none before it";
  ASSERT_TRUE(await(here_.promote.promote("v2", true))->promoted);
  EXPECT_EQ(await(here_.promote.roll_back("v1")).error().kind, ErrorKind::Conflict) << "it is not the champion";
  EXPECT_EQ(await(here_.promote.roll_back("v2")).value(), "v1");
  EXPECT_EQ(serves(there_), "v1");
}

TEST_F(PromoteModelTest, ASecondRollbackDoesNotBringBackTheModelThatWasRolledBack) {
  for (const char* version : {"v1", "v2", "v3"}) {
    keep(version, 0.80);
    ASSERT_TRUE(await(here_.promote.promote(version, true))->promoted);
  }
  EXPECT_EQ(await(here_.promote.roll_back("v3")).value(), "v2");
  EXPECT_EQ(await(there_.promote.roll_back("v2")).value(), "v1") << "v3 was taken away for a reason";
  EXPECT_EQ(serves(here_), "v1");
  EXPECT_EQ(await(here_.promote.roll_back("v1")).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(stages(), (Stages{{"v1", "champion"}, {"v2", "retired"}, {"v3", "retired"}}));
}

TEST_F(PromoteModelTest, NoModelOfOtherFeaturesAndNoUnknownOne) {
  ModelMetadata other = about("v1", 0.80);
  other.feature_hash = "0123456789abcdef";
  keep(other);
  EXPECT_EQ(await(here_.promote.promote("v1")).error().kind, ErrorKind::Rejected);
  EXPECT_EQ(await(here_.promote.promote("none")).error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(here_.champion.current());
}

}  // namespace
}  // namespace qm::reco
