#include "RecoEngine-featurestore/app/collect_samples.hpp"

#include <gtest/gtest.h>

#include <set>

#include "RecoEngine-featurestore/app/receive_events.hpp"
#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/evaluation/scores.hpp"
#include "RecoEngine-featurestore/training/customer_simulator.hpp"
#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using test::kNow;

constexpr hours kCollectKeep{24 * 730};
constexpr days kHorizon{90};

class CollectSamplesTest : public testing::Test {
 protected:
  void import(std::vector<Event> events) {
    const auto taken = await(receive_.run(std::move(events), true));
    ASSERT_TRUE(taken);
    ASSERT_TRUE(taken->refused.empty()) << taken->refused.front().reason;
  }
  Event event(EventType type, const std::string& user, Timestamp at) {
    Event made;
    made.id = EventId{"e" + std::to_string(next_id_++)};
    made.type = type;
    made.user_id = UserId{user};
    made.at = at;
    return made;
  }
  Event order(const std::string& user, Timestamp at) {
    Event made = event(EventType::order_placed, user, at);
    made.data.order_id = made.id.str();
    made.data.amount = Money{2'500};
    return made;
  }
  // Customers who buy every 20 days: from so many days ago to so many days ago.
  void shop(const std::string& prefix, int customers, int from_days_ago, int to_days_ago) {
    for (int i = 0; i < customers; ++i) {
      std::vector<Event> events;
      for (int ago = from_days_ago; ago > to_days_ago; ago -= 20)
        events.push_back(order(prefix + std::to_string(i), kNow - days{ago} - hours{i}));
      import(std::move(events));
    }
  }
  // Half stay; the others leave one by one, so that some have left and some have not at every cutoff.
  void crowd() {
    shop("loyal_", 30, 500, 0);
    for (int i = 0; i < 30; ++i) shop("lost_" + std::to_string(i) + "_", 1, 500, 60 + 12 * i);
  }
  Result<CollectedSamples> collect(std::size_t most = kMaxCollectedSamples) {
    CollectSamples collecting{events_, replay_, clock_, most};
    return await(collecting.run([](double) {}, &cancelled_));
  }
  static std::vector<std::vector<float>> rows_of(const CollectedSamples& set) {
    std::vector<std::vector<float>> rows;
    for (const TrainingSample& sample : set.samples) {
      std::vector<float> row = to_model_row(sample.features);
      for (float& value : row)
        if (std::isnan(value)) value = -1e30F;  // so that a row equals itself
      row.push_back(sample.churned ? 1.0F : 0.0F);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  int next_id_ = 0;
  std::atomic<bool> cancelled_{false};
  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  EventStore events_{*store_, kCollectKeep};
  FeatureStore features_{*store_, kCollectKeep};
  ReceiveEvents receive_{events_, clock_, hours{24 * 7}};
  ReplayFeatures replay_{events_, features_, clock_};
};

TEST(TrainingCutoffs, LieWithinTheLogAndEndBeforeTheOneThatJudges) {
  const auto cutoffs = training_cutoffs(kNow, kNow - days{400});
  EXPECT_EQ(cutoffs.judged, kNow - kHorizon);
  ASSERT_EQ(cutoffs.learned.size(), 5U);
  for (std::size_t i = 0; i < cutoffs.learned.size(); ++i)
    EXPECT_EQ(cutoffs.learned[i], kNow - 2 * kHorizon - days{30} * static_cast<int>(i));
  EXPECT_TRUE(training_cutoffs(kNow, kNow - days{269}).learned.empty());
  EXPECT_EQ(training_cutoffs(kNow, kNow - days{270}).learned.size(), 1U);
  EXPECT_EQ(training_cutoffs(kNow, kNow - days{3'000}).learned.size(), kMaxLearningCutoffs);
}

TEST(LeftAfter, TurnsAtTheEdgesOfTheHorizonAndOfTheYear) {
  const Timestamp cutoff = kNow - days{200};
  constexpr milliseconds kTick{1};
  struct Case {
    const char* what;
    std::vector<Timestamp> orders;
    std::optional<bool> left;
  };
  const Timestamp before = cutoff - days{10};
  const Case cases[] = {{"nobody", {}, std::nullopt},
                        {"nothing after", {before}, true},
                        {"at the cutoff is before it", {cutoff}, true},
                        {"just after it", {before, cutoff + kTick}, false},
                        {"at the horizon", {before, cutoff + kHorizon}, false},
                        {"just after the horizon", {before, cutoff + kHorizon + kTick}, true},
                        {"a year before", {cutoff - days{365}}, std::nullopt},
                        {"just within the year", {cutoff - days{365} + kTick}, true},
                        {"only after it", {cutoff + kTick}, std::nullopt}};
  for (const Case& c : cases) {
    std::vector<KnownEvent> events;
    for (const Timestamp at : c.orders) {
      Event order;
      order.type = EventType::order_placed;
      order.at = at;
      events.push_back({order, at});
    }
    EXPECT_EQ(left_after(events, cutoff), c.left) << c.what;
  }
  Event told_late;
  told_late.type = EventType::order_placed;
  told_late.at = before;
  EXPECT_EQ(left_after({{told_late, cutoff + kTick}}, cutoff), std::nullopt) << "nobody knew of the customer";
  Event visit;
  visit.type = EventType::login;
  visit.at = before;
  EXPECT_EQ(left_after({{visit, before}}, cutoff), std::nullopt) << "a visit is no purchase";
}

TEST_F(CollectSamplesTest, SplitsOutOfTimeAndByCustomer) {
  crowd();
  const auto set = collect();
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(set->cutoffs.front(), kNow - kHorizon);
  EXPECT_EQ(set->cutoffs.size(), 1 + training_cutoffs(kNow, kNow - days{500} - hours{29}).learned.size());
  std::set<std::size_t> places;
  for (const auto* part : {&set->split.training, &set->split.validation, &set->split.test})
    for (const std::size_t place : *part) EXPECT_TRUE(places.insert(place).second);
  EXPECT_EQ(places.size(), set->samples.size());
  EXPECT_EQ(*set->split.test.begin(), 0U);
  EXPECT_EQ(*set->split.test.rbegin() + 1, set->split.test.size()) << "the newest cutoff, all of it";
  EXPECT_GT(set->split.validation.size(), set->split.training.size() / 8);
  const auto silent = [](double) {};
  const TrainedModel model = train_on_split(set->samples, set->split, 1, silent, cancelled_).value();
  EXPECT_GT(model.metrics.roc_auc, 0.7);
  EXPECT_EQ(model.metrics.test_samples, static_cast<std::int64_t>(set->split.test.size()));
}

TEST_F(CollectSamplesTest, WhatIsToldAfterACutoffChangesNoRow) {
  crowd();
  const auto before = collect();
  ASSERT_TRUE(before) << before.error().detail;
  // Of everybody: visits and tickets; features, too.
  std::vector<Event> planted;
  for (int i = 0; i < 30; ++i) {
    for (const char* prefix : {"loyal_", "lost_"}) {
      const std::string user = prefix + std::to_string(i) + (prefix[2] == 's' ? "_0" : "");
      planted.push_back(event(EventType::login, user, kNow - hours{1}));
      planted.push_back(event(EventType::ticket_opened, user, kNow - hours{2}));
      std::vector<FeatureChange> told{{find_feature("sess_7d"), FeatureValue{std::int64_t{40}}}};
      ASSERT_TRUE(await(features_.merge(UserId{user}, FeatureGroup::behavior, std::move(told), kNow)));
    }
  }
  ASSERT_TRUE(await(receive_.run(std::move(planted))));
  const auto after = collect();
  ASSERT_TRUE(after);
  EXPECT_EQ(rows_of(*before), rows_of(*after));
}

TEST_F(CollectSamplesTest, RowsAreWhatAReplayGives) {
  crowd();
  const auto set = collect();
  ASSERT_TRUE(set);
  // The first of the newest cutoff, in order of their ids.
  const auto replayed = await(replay_.at(UserId{"lost_0_0"}, set->cutoffs.front()));
  ASSERT_TRUE(replayed);
  EXPECT_TRUE(set->samples.front().features == replayed->fresh(set->cutoffs.front()));
}

TEST_F(CollectSamplesTest, IngestedFeaturesJoinWithTheirTimes) {
  const Timestamp told_at = kNow - kHorizon - days{5};
  crowd();
  clock_.set(told_at);
  std::vector<FeatureChange> told{{find_feature("csat_score"), FeatureValue{1.5}}};
  ASSERT_TRUE(await(features_.merge(UserId{"lost_0_0"}, FeatureGroup::support, std::move(told), told_at)));
  clock_.set(kNow);
  const auto set = collect();
  ASSERT_TRUE(set);
  const std::size_t csat = find_feature("csat_score");
  ASSERT_TRUE(set->samples.front().features[csat]) << "told five days before";
  EXPECT_TRUE(set->samples.front().features[csat]->value == FeatureValue{1.5});
  EXPECT_EQ(set->samples.front().features[csat]->at, told_at);
  for (std::size_t i = 1; i < set->samples.size(); ++i) EXPECT_FALSE(set->samples[i].features[csat]) << i;
}

TEST_F(CollectSamplesTest, LeavesOutWhoDidNotBuyForAYear) {
  crowd();
  const auto before = collect();
  ASSERT_TRUE(before);
  // More than a year before the newest cutoff, or after it; and somebody who only looks.
  const Timestamp oldest = before->cutoffs.back();
  import({order("long_gone", oldest - days{150}), order("new_one", kNow - days{3})});
  import({event(EventType::login, "visitor", kNow - days{200})});
  const auto after = collect();
  ASSERT_TRUE(after);
  // A log that reaches further back gives more cutoffs, so what is compared is the newest one.
  EXPECT_EQ(before->split.test.size(), after->split.test.size());
}

TEST_F(CollectSamplesTest, SaysWhatIsMissing) {
  const auto expect = [&](const char* words) {
    const auto refused = collect();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
    EXPECT_NE(refused.error().detail.find(words), std::string::npos) << refused.error().detail;
    EXPECT_NE(refused.error().detail.find("POST /events?import=true"), std::string::npos) << refused.error().detail;
  };
  expect("is empty");
  shop("loyal_", 30, 200, 0);
  expect("begins on");
  shop("old_", 30, 500, 0);
  expect("0 who left");
  cancelled_ = true;
  EXPECT_EQ(collect().error().detail, "The training was cancelled.");
}

// From simulated events to a model: out of time it tells who leaves better than how long ago they bought does.
TEST_F(CollectSamplesTest, SimulatedEventsMakeAModelThatBeatsRecency) {
  constexpr int kDays = 540;
  for (std::uint64_t number = 0; number < 600; ++number) {
    SimulatedCustomer customer{{21, kNow - days{kDays}}, number};
    std::vector<Event> events;
    customer.live(kDays, [&events](const Event& each) { events.push_back(each); });
    import(std::move(events));
  }
  const auto set = collect();
  ASSERT_TRUE(set) << set.error().detail;
  const auto silent = [](double) {};
  const TrainedModel trained = train_on_split(set->samples, set->split, 1, silent, cancelled_).value();
  std::vector<double> recency;
  std::vector<bool> left;
  for (const std::size_t place : set->split.test) {
    const auto& days_ago = set->samples[place].features[find_feature("days_last_purch")];
    recency.push_back(days_ago ? *as_number(days_ago->value) : 365);
    left.push_back(set->samples[place].churned);
  }
  EXPECT_GT(left.size(), 300U);
  EXPECT_GT(trained.metrics.roc_auc, roc_auc(recency, left) + 0.02);
  EXPECT_GT(trained.metrics.roc_auc, 0.75);
  EXPECT_LT(trained.metrics.roc_auc, 0.96) << "the label is a formula of the features";
}

TEST_F(CollectSamplesTest, KeepsWholeCustomersOfALogThatIsTooLarge) {
  crowd();
  const auto all = collect();
  ASSERT_TRUE(all);
  const std::size_t most = all->samples.size() - 1;
  const auto fewer = collect(most);
  ASSERT_TRUE(fewer) << fewer.error().detail;
  EXPECT_LE(fewer->samples.size(), most);
  const auto rows = rows_of(*all);
  for (const auto& row : rows_of(*fewer)) EXPECT_NE(std::ranges::find(rows, row), rows.end());
}

}  // namespace
}  // namespace qm::reco
