#include "RecoEngine-featurestore/training/synthetic_customers.hpp"

#include <gtest/gtest.h>

#include <set>

#include "RecoEngine-featurestore/domain/event_feature.hpp"
#include "RecoEngine-featurestore/training/training_cutoffs.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

constexpr std::uint64_t kSampleSeed = 13;

// A customer's whole life: what was known at the cutoff, and what came of it.
std::vector<KnownEvent> whole_life(std::uint64_t number) {
  constexpr LabelRule rule{};
  std::vector<KnownEvent> events;
  SimulatedCustomer customer{sample_shop(kSampleSeed), number};
  customer.live(static_cast<int>((rule.active_within + rule.horizon).count()), [&events](const Event& event) {
    events.push_back({event, event.at});
  });
  return events;
}

// The samples are those of the log's rules, applied to what the simulated customers do.
TEST(SyntheticCustomers, AreSeenAsServingWouldSeeThem) {
  const auto samples = simulate_customers(60, kSampleSeed, test::kNow);
  std::uint64_t number = 0;
  std::size_t compared = 0;
  std::set<std::size_t> features;
  for (const TrainingSample& sample : samples) {
    std::vector<KnownEvent> events = whole_life(number++);
    std::optional<bool> left = left_after(events, kSampleCutoff);
    for (; !left; left = left_after(events, kSampleCutoff)) events = whole_life(number++);
    EXPECT_EQ(sample.churned, *left) << number;
    const CustomerState state = state_of(events, kSampleCutoff);
    const FeatureVector seen = features_at({}, &state, kSampleCutoff).fresh(kSampleCutoff);
    for (const EventFeature& each : event_features()) {
      const std::size_t feature = find_feature(each.feature);
      if (!sample.features[feature]) continue;  // lost, or its source is not connected
      ASSERT_TRUE(seen[feature]) << each.feature << " of " << number;
      EXPECT_EQ(sample.features[feature]->value, seen[feature]->value) << each.feature << " of " << number;
      EXPECT_EQ(sample.features[feature]->at, test::kNow);
      features.insert(feature);
      ++compared;
    }
  }
  EXPECT_GT(compared, samples.size() * 12);
  EXPECT_GE(features.size(), event_features().size() - 3);
}

// At earlier moments, too, and nothing of later ones is in it.
TEST(SyntheticCustomers, AreSeenAtEarlierMomentsAsServingWouldHaveSeenThem) {
  using std::chrono::days;
  const std::vector<Timestamp> moments{kSampleCutoff, kSampleCutoff - days{90}, kSampleCutoff - days{180}};
  CustomerStream stream{kSampleSeed}, at_the_newest{kSampleSeed};
  std::size_t compared = 0;
  for (int i = 0; i < 40; ++i) {
    const SeenCustomer customer = stream.next_seen(moments);
    const TrainingSample newest = at_the_newest.next(test::kNow);
    ASSERT_EQ(customer.seen.size(), moments.size());
    const std::string id = customer.id.str();
    const auto events = whole_life(std::stoull(id.substr(id.rfind('.') + 1)));
    for (std::size_t moment = 0; moment < moments.size(); ++moment) {
      EXPECT_EQ(left_after(customer.orders, moments[moment]), left_after(events, moments[moment])) << id;
      const CustomerState state = state_of(events, moments[moment]);
      const FeatureVector seen = features_at({}, &state, moments[moment]).fresh(moments[moment]);
      for (const EventFeature& each : event_features()) {
        const std::size_t feature = find_feature(each.feature);
        const auto& told = customer.seen[moment][feature];
        if (moment == 0) EXPECT_EQ(told.has_value(), newest.features[feature].has_value()) << each.feature;
        if (!told) continue;
        ASSERT_TRUE(seen[feature]) << each.feature << " of " << id;
        EXPECT_EQ(told->value, seen[feature]->value) << each.feature << " of " << id << " at " << moment;
        EXPECT_EQ(told->at, moments[moment]);
        compared += moment > 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(compared, 40U * 12);
}

TEST(SyntheticCustomers, DoNotDependOnTheMomentTheyAreMadeAt) {
  const auto now = simulate_customers(50, kSampleSeed, test::kNow),
             later = simulate_customers(50, kSampleSeed, test::kNow + std::chrono::hours{100});
  for (std::size_t i = 0; i < now.size(); ++i) {
    EXPECT_EQ(now[i].churned, later[i].churned);
    for (std::size_t f = 0; f < now[i].features.size(); ++f) {
      ASSERT_EQ(now[i].features[f].has_value(), later[i].features[f].has_value());
      if (now[i].features[f]) EXPECT_EQ(now[i].features[f]->value, later[i].features[f]->value);
    }
  }
}

}  // namespace
}  // namespace qm::reco
