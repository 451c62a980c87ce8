#include "RecoEngine-featurestore/training/training_samples.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using test::kNow;

const std::atomic<bool> kNotCancelled{false};

CollectedSamples samples_of(std::vector<TrainingBatch> batches, double test_size = 0.2) {
  TrainingSet set;
  set.batches = std::move(batches);
  return training_samples(set, test_size, [](double) {}, kNotCancelled).value();
}

TrainedModel model_of(const CollectedSamples& set) {
  return train_on_split(set.rows, set.split, 42, [](double) {}, kNotCancelled).value();
}

bool is_same_row(const TrainingSample& sample, const LabelledRows& rows, std::size_t place) {
  const auto row = to_model_row(sample.features);
  return std::memcmp(row.data(), rows[place].data(), row.size() * sizeof(float)) == 0 &&
         sample.churned == rows.left(place);
}

TEST(TrainingSamples, OfOneSeedContinueEachOther) {
  const auto made = samples_of({{30, 1, kNow}, {20, 2, kNow}, {40, 1, kNow}});
  auto expected = simulate_customers(70, 1, kNow);
  const auto others = simulate_customers(20, 2, kNow);
  expected.insert(expected.end(), others.begin(), others.end());
  const std::size_t newest = made.split.cutoff_begins[1];
  ASSERT_EQ(newest, expected.size()) << "all are customers at the newest cutoff";
  for (const TrainingSample& sample : expected) {
    bool found = false;
    for (std::size_t place = 0; place < newest && !found; ++place) found = is_same_row(sample, made.rows, place);
    EXPECT_TRUE(found);
  }
}

// As of the log: learned from is what came before the newest cutoff, whose customers stop, calibrate and judge.
TEST(TrainingSamples, AreSplitOutOfTime) {
  const auto made = samples_of({{400, 7, kNow}}, 0.25);
  ASSERT_EQ(made.cutoffs.size(), 5U);
  EXPECT_EQ(made.cutoffs.front(), kSampleCutoff);
  for (std::size_t i = 1; i < made.cutoffs.size(); ++i) {
    EXPECT_LE(made.cutoffs[i] + LabelRule{}.horizon, kSampleCutoff) << "its labels were known by then";
    EXPECT_GE(made.cutoffs[i], sample_shop(7).begin + std::chrono::days{180});
  }
  EXPECT_EQ(made.split.test.size(), 100U);
  EXPECT_EQ(made.split.validation.size(), 300U);
  EXPECT_EQ(*std::ranges::min_element(made.split.training), 400U);
  EXPECT_EQ(made.split.training.size(), made.rows.size() - 400);
  EXPECT_GT(made.split.training.size(), 400U * 2);
  EXPECT_EQ(made.split.one_each.size(), 400U);
  const auto share_left = [&made](const std::vector<std::size_t>& part) {
    const auto left = std::ranges::count_if(part, [&made](std::size_t place) { return made.rows.left(place); });
    return static_cast<double>(left) / static_cast<double>(part.size());
  };
  EXPECT_NEAR(share_left(made.split.test), share_left(made.split.validation), 0.011) << "stratified";
  EXPECT_FALSE(made.split.other_season) << "there are no seasons: what calibrates does so in full";
}

TEST(TrainingSamples, MakeTheSameModelForTheSameRecipe) {
  const auto first = model_of(samples_of({{300, 3, kNow}}));
  const auto again = model_of(samples_of({{300, 3, kNow + std::chrono::hours{5}}}));
  EXPECT_EQ(first.bytes, again.bytes);
  EXPECT_EQ(first.data_hash, again.data_hash);
  EXPECT_NE(first.data_hash, model_of(samples_of({{300, 4, kNow}})).data_hash);
}

TEST(TrainingSamples, AHundredAreEnoughForAnyShareThatJudges) {
  for (const double share : {0.1, 0.5}) {
    const auto made = samples_of({{100, 5, kNow}}, share);
    EXPECT_EQ(made.split.test.size(), static_cast<std::size_t>(100 * share));
  }
}

TEST(TrainingSamples, SaysWhenThereAreTooFewAndStopsWhenTold) {
  TrainingSet set;
  set.batches = {{10, 1, kNow}};
  const auto silent = [](double) {};
  const auto few = training_samples(set, 0.2, silent, kNotCancelled);
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().kind, ErrorKind::Rejected);
  EXPECT_NE(few.error().detail.find("POST /train/generate-data"), std::string::npos) << few.error().detail;
  const std::atomic<bool> cancelled{true};
  EXPECT_FALSE(training_samples(set, 0.2, silent, cancelled));
}

}  // namespace
}  // namespace qm::reco
