#include "RecoEngine-featurestore/store/training_set_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "RecoEngine-featurestore/training/model_metadata.hpp"
#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

using test::kNow;

TEST(TrainingSetStore, KeepsTheBatchesInOrder) {
  const ManualClock clock{kNow};
  const auto kv = kv::make_memory_store("churn_features", clock);
  TrainingSetStore store{*kv};
  EXPECT_EQ(await(store.read())->total(), 0);
  const TrainingBatch a{100, 7, kNow}, b{200, 4'294'967'295, kNow + std::chrono::hours{1}}, c{300, 7, kNow};
  ASSERT_TRUE(await(store.add(a, false)));
  EXPECT_EQ(await(store.add(b, false))->total(), 300);
  EXPECT_EQ(await(store.read())->batches, (std::vector<TrainingBatch>{a, b}));
  EXPECT_EQ(await(store.add(c, true))->batches, std::vector<TrainingBatch>{c});
  EXPECT_EQ(await(store.read())->batches, std::vector<TrainingBatch>{c});
}

TEST(TrainingSetStore, HasALimit) {
  const ManualClock clock{kNow};
  const auto kv = kv::make_memory_store("churn_features", clock);
  TrainingSetStore store{*kv};
  const TrainingBatch most{kMaxTrainingSamples, 1, kNow}, one{1, 2, kNow};
  ASSERT_TRUE(await(store.add(most, false)));
  EXPECT_EQ(await(store.add(one, false)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(await(store.read())->total(), kMaxTrainingSamples);
  EXPECT_TRUE(await(store.add(one, true)));
}

TEST(ModelMetadata, ReadsBackAndNamesVersions) {
  ModelMetadata metadata;
  metadata.version = make_version(kNow, "bytes", "train_1");
  metadata.created_at = kNow;
  metadata.metrics.roc_auc = 0.8475741245284075;
  metadata.data_quality.issues = {"one", "two"};
  metadata.importance = {{"csat_score", 0.5}};
  const std::string text = print_metadata(metadata);
  EXPECT_EQ(print_metadata(parse_metadata(text).value()), text);
  EXPECT_FALSE(parse_metadata("{"));
  EXPECT_FALSE(parse_metadata("{}"));
  EXPECT_TRUE(metadata.version.starts_with("v20241004-000000000-")) << metadata.version;
  EXPECT_NE(make_version(kNow, "bytes", "train_2"), metadata.version);
  EXPECT_NE(make_version(kNow, "other", "train_1"), metadata.version);
  EXPECT_LT(metadata.version, make_version(kNow + std::chrono::milliseconds{1}, "", ""));
  EXPECT_EQ(to_hex(0x0123456789abcdefULL), "0123456789abcdef");
}

}  // namespace
}  // namespace qm::reco
