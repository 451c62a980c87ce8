#include "RecoEngine-featurestore/app/shadow_scores.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

std::int64_t sum_of(const std::vector<std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

TEST(ShadowScores, CountsEachCustomerOnce) {
  ShadowScores scores;
  EXPECT_FALSE(scores.figures());
  EXPECT_FALSE(scores.take());
  for (int i = 0; i < 3; ++i) scores.add("ann", "v1", 0.2, "v2", 0.4);
  scores.add("bob", "v1", 0.9, "v2", 0.9);
  ASSERT_TRUE(scores.figures());
  EXPECT_EQ(scores.figures()->customers, 2);
  EXPECT_NEAR(scores.figures()->mean_difference, 0.1, 1e-12);
  EXPECT_EQ(customers_of(scores.figures()->scores), 2);
  for (std::size_t i = 0; i < 2 * ShadowScores::kMostCustomers; ++i)
    scores.add("c" + std::to_string(i), "v1", 0.2, "v2", 0.4);
  EXPECT_EQ(scores.figures()->customers, static_cast<std::int64_t>(ShadowScores::kMostCustomers));
}

TEST(ShadowScores, TellsOfEachCustomerOnceAndForgetsThemWithTheirModels) {
  ShadowScores scores;
  scores.add("ann", "v1", 0.2, "v2", 0.4);
  const auto first = scores.take();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->champion, "v1");
  EXPECT_EQ(first->shadow, "v2");
  EXPECT_EQ(sum_of(first->champion_cells), 1);
  EXPECT_EQ(first->shadow_cells.at(score_cell(0.4)), 1);
  EXPECT_FALSE(scores.take());
  scores.add("ann", "v1", 0.2, "v2", 0.4);
  EXPECT_FALSE(scores.take());
  scores.add("bob", "v1", 0.2, "v2", 0.4);
  scores.add("ann", "v1", 0.2, "v3", 0.4);
  EXPECT_EQ(scores.figures()->customers, 1) << "another in shadow begins anew";
  const auto other = scores.take();
  ASSERT_TRUE(other);
  EXPECT_EQ(other->shadow, "v3");
  EXPECT_EQ(sum_of(other->shadow_cells), 1);
}

TEST(ShadowScoreStore, AddsUpWhatInstancesTell) {
  ManualClock clock{test::kNow};
  const auto store = kv::make_memory_store("churn_features", clock);
  ShadowScoreStore here{*store}, there{*store};
  EXPECT_TRUE(await(here.read("v1", "v2"))->shadow_cells.empty());
  ASSERT_TRUE(await(here.add({"v1", "v2", {1, 0, 2}, {0, 0, 3}})));
  ASSERT_TRUE(await(there.add({"v1", "v2", {1, 1, 0}, {2, 0, 0}})));
  ASSERT_TRUE(await(there.add({"v1", "v3", {9, 9, 9}, {9, 9, 9}})));
  const auto counts = await(here.read("v1", "v2"));
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->champion_cells, (std::vector<std::int64_t>{2, 1, 2}));
  EXPECT_EQ(counts->shadow_cells, (std::vector<std::int64_t>{2, 0, 3}));
  EXPECT_EQ(await(here.add({"v1", "v2", {1}, {}})).error().kind, ErrorKind::Invalid);
  clock.advance(ShadowScoreStore::kKeep);
  EXPECT_TRUE(await(here.read("v1", "v2"))->shadow_cells.empty());
}

}  // namespace
}  // namespace qm::reco
