#include "RecoEngine-featurestore/store/model_registry.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

constexpr std::size_t kPart = ModelRegistry::kPartBytes;

std::string bytes_like_a_model(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / kPart);
  return bytes;
}

class RegistryOfModels : public testing::Test {
 protected:
  Result<void> save(std::string version, std::size_t size) {
    return await(here_.save({std::move(version), bytes_like_a_model(size), "{}"}));
  }
  std::int64_t records(std::string_view set) {
    const auto stats = await(store_->stats());
    for (const auto& one : stats->sets) {
      if (one.set == set) return one.records;
    }
    return 0;
  }

  ManualClock clock_{test::kNow};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  ModelRegistry here_{*store_};
  ModelRegistry there_{*store_};  // another instance's
};

TEST_F(RegistryOfModels, AnotherInstanceReadsWhatOneSaved) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kPart - 1, kPart, kPart + 1, 5 * kPart + 7}) {
    const std::string version = "v" + std::to_string(size);
    ASSERT_TRUE(save(version, size));
    const auto loaded = await(there_.load(version));
    ASSERT_TRUE(loaded) << size;
    EXPECT_EQ(loaded->version, version);
    EXPECT_EQ(loaded->model, bytes_like_a_model(size)) << size;
    EXPECT_EQ(loaded->metadata, "{}");
  }
  EXPECT_EQ(save("v1", 2).error().kind, ErrorKind::AlreadyExists);
  EXPECT_EQ(await(there_.load("v1"))->model, bytes_like_a_model(1)) << "the first one stays as it was";
  EXPECT_EQ(save("vast", ModelRegistry::kMaxModelBytes + 1).error().kind, ErrorKind::TooLarge);
}

TEST_F(RegistryOfModels, AModelThatLacksAPartIsNoModel) {
  ASSERT_TRUE(save("v1", 2 * kPart));
  ASSERT_TRUE(await(store_->remove({"model_part", "v1/1"})));
  EXPECT_EQ(await(here_.load("v1")).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(await(here_.load("v2")).error().kind, ErrorKind::NotFound);
}

TEST_F(RegistryOfModels, TheOldestGoButNeverTheChampion) {
  const std::size_t too_many = 3;
  for (std::size_t i = 0; i < ModelRegistry::kKeepVersions + too_many; ++i)
    ASSERT_TRUE(save("v" + std::to_string(100 + i), kPart + 1));
  ASSERT_TRUE(await(here_.set_champion("v101", "")));
  EXPECT_EQ(await(there_.champion()).value(), "v101");
  ASSERT_TRUE(await(here_.remove_old()));
  const auto left = await(there_.versions());
  ASSERT_TRUE(left);
  EXPECT_EQ(left->size(), ModelRegistry::kKeepVersions);
  EXPECT_EQ(left->front(), "v101");
  EXPECT_EQ((*left)[1], "v104");
  EXPECT_EQ(records("model_part"), static_cast<std::int64_t>(2 * ModelRegistry::kKeepVersions));
}

// A cluster may bring back what was removed before a restart.
TEST_F(RegistryOfModels, WhatCameBackGoesAgain) {
  for (std::size_t i = 0; i <= ModelRegistry::kKeepVersions; ++i) ASSERT_TRUE(save("v" + std::to_string(100 + i), 1));
  ASSERT_TRUE(await(here_.set_champion("v110", "")));
  ASSERT_TRUE(await(here_.remove_old()));
  ASSERT_TRUE(save("v100", 1));
  ASSERT_TRUE(await(here_.remove_old()));
  EXPECT_EQ(await(here_.load("v100")).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(await(here_.versions())->size(), ModelRegistry::kKeepVersions);
}

TEST_F(RegistryOfModels, OneIsChampionOneInShadowAndTheOthersCandidatesOrRetired) {
  const auto stage = [&](const std::string& version) { return await(there_.roles())->stage_of(version); };
  ASSERT_TRUE(await(here_.set_champion("v1", "")));
  ASSERT_TRUE(await(here_.set_shadow("v2")));
  EXPECT_EQ(stage("v1"), ModelStage::champion);
  EXPECT_EQ(stage("v2"), ModelStage::shadow);
  EXPECT_EQ(stage("v3"), ModelStage::candidate);
  ASSERT_TRUE(await(here_.set_champion("v2", "v1")));
  EXPECT_EQ(stage("v1"), ModelStage::retired);
  EXPECT_EQ(stage("v2"), ModelStage::champion);
  EXPECT_EQ(await(there_.roles())->formers, (std::vector<std::string>{"v1"}));
  EXPECT_EQ(await(there_.roles())->shadow, "");
  ASSERT_TRUE(await(here_.set_shadow("v2")));
  EXPECT_EQ(stage("v2"), ModelStage::champion) << "the champion stays what it is";
  ASSERT_TRUE(await(here_.set_champion("v1", "v2")));
  EXPECT_EQ(stage("v2"), ModelStage::retired);
}

TEST_F(RegistryOfModels, NobodyTakesThePlaceOfAnotherThanTheOneHeWasJudgedAgainst) {
  EXPECT_EQ(await(here_.set_champion("v1", "v0")).error().kind, ErrorKind::Conflict) << "there is none";
  ASSERT_TRUE(await(here_.set_champion("v1", "")));
  ASSERT_TRUE(await(there_.set_champion("v2", "v1")));
  EXPECT_EQ(await(here_.set_champion("v3", "v1")).error().kind, ErrorKind::Conflict) << "v2 came in between";
  EXPECT_EQ(await(here_.champion()).value(), "v2");
  EXPECT_TRUE(await(here_.set_champion("v2", "v1"))) << "it is, whoever made it so";
}

TEST_F(RegistryOfModels, StepsBackAsFarAsItRemembers) {
  constexpr int kChampions = ModelRegistry::kKeepFormers + 2;
  const auto name = [](int i) { return i == 0 ? std::string{} : "v" + std::to_string(i); };
  for (int i = 1; i <= kChampions; ++i) ASSERT_TRUE(await(here_.set_champion(name(i), name(i - 1))));
  EXPECT_EQ(await(here_.go_back(name(kChampions), "v1")).error().kind, ErrorKind::Conflict) << "not the one before";
  for (int i = kChampions; i > 2; --i) {
    EXPECT_EQ(await(there_.go_back(name(i - 1), name(i - 2))).error().kind, ErrorKind::Conflict) << "not the champion";
    ASSERT_TRUE(await(here_.go_back(name(i), name(i - 1)))) << i;
    EXPECT_EQ(await(there_.champion()).value(), name(i - 1));
  }
  EXPECT_TRUE(await(here_.roles())->formers.empty()) << "no further than that";
}

}  // namespace
}  // namespace qm::reco
