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
      : registry(store), champion(registry), promote(registry, champion, shadow) {}
  ModelRegistry registry;
  Champion champion;
  ShadowScores shadow;
  PromoteModel promote;
};

class PromoteModelTest : public testing::Test {
 protected:
  void keep(const std::string& version, double roc_auc, std::string feature_hash = to_hex(feature_table_hash())) {
    ModelMetadata metadata;
    metadata.version = version;
    metadata.created_at = kNow;
    metadata.feature_hash = std::move(feature_hash);
    metadata.metrics = a_model().metrics;
    metadata.metrics.roc_auc = roc_auc;
    metadata.metrics.calibration_error = 0.02;
    metadata.metrics.true_positives = 2'000;
    metadata.metrics.true_negatives = 2'000;
    metadata.predict_us = 100;
    ASSERT_TRUE(await(here_.registry.save({version, a_model().bytes, print_metadata(metadata)})));
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

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  PromotingInstance here_{*store_}, there_{*store_};
};

TEST_F(PromoteModelTest, ABetterOneTakesTheChampionsPlaceOnAllInstances) {
  keep("v1", 0.70);
  keep("v2", 0.75);
  ASSERT_TRUE(await(here_.promote.promote("v1"))->promoted);
  EXPECT_EQ(serves(there_), "v1");
  EXPECT_TRUE(await(there_.promote.promote("v2"))->promoted);
  EXPECT_EQ(serves(here_), "v2");
  EXPECT_EQ(stages(), (std::map<std::string, std::string>{{"v1", "retired"}, {"v2", "champion"}}));
  EXPECT_TRUE(await(here_.promote.promote("v2"))->promoted) << "it is";
}

TEST_F(PromoteModelTest, AWorseOneNeverReachesCustomersAndScoresInShadow) {
  keep("v1", 0.80);
  keep("v2", 0.60);
  ASSERT_TRUE(await(here_.promote.promote("v1"))->promoted);
  const auto refused = await(here_.promote.promote("v2"));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->promoted);
  EXPECT_FALSE(refused->gates.at(0).passed);
  EXPECT_EQ(serves(there_), "v1");
  ASSERT_TRUE(there_.champion.shadow());
  EXPECT_EQ(there_.champion.shadow()->version, "v2");
  EXPECT_EQ(stages(), (std::map<std::string, std::string>{{"v1", "champion"}, {"v2", "shadow"}}));
}

TEST_F(PromoteModelTest, WhatItSaysOfLiveCustomersIsAsked) {
  keep("v1", 0.70);
  keep("v2", 0.71);
  ASSERT_TRUE(await(here_.promote.promote("v1"))->promoted);
  for (int i = 0; i < 500; ++i) here_.shadow.add("v1", 0.02 * (i % 50), "v2", 0.99);
  const auto refused = await(here_.promote.promote("v2"));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->promoted);
  EXPECT_FALSE(refused->gates.at(3).passed) << refused->gates.at(3).text;
  EXPECT_TRUE(await(here_.promote.promote("v2", true))->promoted) << "that is wanted";
  keep("v3", 0.71);
  EXPECT_TRUE(await(here_.promote.promote("v3"))->promoted) << "those were another model's";
}

TEST_F(PromoteModelTest, TheChampionGoesBackToTheOneBeforeIt) {
  keep("v1", 0.80);
  keep("v2", 0.81);
  ASSERT_TRUE(await(here_.promote.promote("v1"))->promoted);
  EXPECT_EQ(await(here_.promote.roll_back("v1")).error().kind, ErrorKind::Conflict) << "there was none before it";
  ASSERT_TRUE(await(here_.promote.promote("v2"))->promoted);
  EXPECT_EQ(await(here_.promote.roll_back("v1")).error().kind, ErrorKind::Conflict) << "it is not the champion";
  EXPECT_EQ(await(here_.promote.roll_back("v2")).value(), "v1");
  EXPECT_EQ(serves(there_), "v1");
}

TEST_F(PromoteModelTest, ASecondRollbackDoesNotBringBackTheModelThatWasRolledBack) {
  for (const char* version : {"v1", "v2", "v3"}) {
    keep(version, 0.80);
    ASSERT_TRUE(await(here_.promote.promote(version))->promoted);
  }
  EXPECT_EQ(await(here_.promote.roll_back("v3")).value(), "v2");
  EXPECT_EQ(await(there_.promote.roll_back("v2")).value(), "v1") << "v3 was taken away for a reason";
  EXPECT_EQ(serves(here_), "v1");
  EXPECT_EQ(await(here_.promote.roll_back("v1")).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(stages(), (std::map<std::string, std::string>{{"v1", "champion"}, {"v2", "retired"}, {"v3", "retired"}}));
}

TEST_F(PromoteModelTest, NoModelOfOtherFeaturesAndNoUnknownOne) {
  keep("v1", 0.80, "0123456789abcdef");
  EXPECT_EQ(await(here_.promote.promote("v1")).error().kind, ErrorKind::Rejected);
  EXPECT_EQ(await(here_.promote.promote("none")).error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(here_.champion.current());
}

}  // namespace
}  // namespace qm::reco
