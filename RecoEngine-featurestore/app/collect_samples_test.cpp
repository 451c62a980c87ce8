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
constexpr hours kLate{24 * 7};

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
  void crowd(const std::string& prefix = "") {
    shop(prefix + "loyal_", 30, 500, 0);
    for (int i = 0; i < 30; ++i) shop(prefix + "lost_" + std::to_string(i) + "_", 1, 500, 60 + 12 * i);
  }
  Result<CollectedSamples> collect(std::size_t most = kMaxCollectedSamples) {
    CollectSamples collecting{events_, replay_, clock_, kLate, most};
    return await(collecting.run([](double) {}, &cancelled_));
  }
  static std::vector<std::vector<float>> rows_of(const CollectedSamples& set) {
    std::vector<std::vector<float>> rows;
    for (std::size_t i = 0; i < set.rows.size(); ++i) {
      std::vector<float> row = comparable(set.rows[i]);
      row.push_back(set.rows.left(i) ? 1.0F : 0.0F);
      rows.push_back(std::move(row));
    }
    return rows;
  }
  // So that a row equals itself.
  static std::vector<float> comparable(std::span<const float> row) {
    std::vector<float> made{row.begin(), row.end()};
    for (float& value : made)
      if (std::isnan(value)) value = -1e30F;
    return made;
  }
  static std::size_t column(std::string_view name) {
    const auto found = std::ranges::find(model_columns(), name, &ModelColumn::name);
    return static_cast<std::size_t>(found - model_columns().begin());
  }

  int next_id_ = 0;
  std::atomic<bool> cancelled_{false};
  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  EventStore events_{*store_, kCollectKeep};
  FeatureStore features_{*store_, kCollectKeep};
  ReceiveEvents receive_{events_, clock_, kLate};
  ReplayFeatures replay_{events_, features_, clock_};
};

TEST(TrainingCutoffs, LieWithinTheLogAndEndBeforeTheOneThatJudges) {
  const auto cutoffs = training_cutoffs(kNow, kNow - days{400}, kLate);
  EXPECT_EQ(cutoffs.judged, kNow - kLate - kHorizon) << "who bought may still be told";
  ASSERT_EQ(cutoffs.learned.size(), 5U);
  for (std::size_t i = 0; i < cutoffs.learned.size(); ++i)
    EXPECT_EQ(cutoffs.learned[i], kNow - kLate - 2 * kHorizon - days{30} * static_cast<int>(i));
  EXPECT_TRUE(training_cutoffs(kNow, kNow - kLate - days{269}, kLate).learned.empty());
  EXPECT_EQ(training_cutoffs(kNow, kNow - kLate - days{270}, kLate).learned.size(), 1U);
  EXPECT_EQ(training_cutoffs(kNow, kNow - days{3'000}, kLate).learned.size(), kMaxLearningCutoffs);
}

TEST(TrainingCutoffs, HaveAWholeYearOfALogThatForgetsBeforeThem) {
  const Timestamp kept_since = kNow - days{730};
  const auto all = training_cutoffs(kNow, kept_since, kLate);
  ASSERT_EQ(all.learned.size(), kMaxLearningCutoffs);
  const auto whole = kept_whole(all, kept_since, kept_since - days{10});
  ASSERT_EQ(whole.learned.size(), 6U);
  EXPECT_GE(whole.learned.back(), kept_since + days{365});
  EXPECT_LT(all.learned[6], kept_since + days{365});
  EXPECT_EQ(whole.judged, all.judged);
  EXPECT_EQ(kept_whole(all, kept_since, kept_since + days{32}).learned, all.learned) << "nothing is lost yet";
  EXPECT_EQ(kept_whole(all, kNow - days{900}, kNow - days{900}).learned, all.learned) << "as it is by default";
  EXPECT_TRUE(kept_whole(all, kNow - days{500}, kNow - days{510}).learned.empty());
}

// The log reads back no further than it is kept, the customers' states do: who bought more than 220 days before the
// oldest cutoff would be nobody there, and a frequent customer would look like a new one.
TEST_F(CollectSamplesTest, LearnsAtNoMomentWhoseYearIsNotKeptWhole) {
  shop("loyal_", 30, 725, 0);
  for (int i = 0; i < 30; ++i) shop("lost_" + std::to_string(i) + "_", 1, 725, 60 + 12 * i);
  const auto set = collect();
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(set->cutoffs.size(), 1U + 6U);
  EXPECT_GE(set->cutoffs.back(), kNow - kCollectKeep + days{365});
  EventStore forgetful{*store_, hours{24 * 500}};
  CollectSamples collecting{forgetful, replay_, clock_, kLate};
  const auto refused = await(collecting.run([](double) {}, &cancelled_));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("EVENT_KEEP_DAYS"), std::string::npos) << refused.error().detail;
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

TEST_F(CollectSamplesTest, SplitsOutOfTimeAndTheNewestCutoffByCustomer) {
  crowd();
  const auto set = collect();
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(set->cutoffs.front(), kNow - kLate - kHorizon);
  EXPECT_EQ(set->cutoffs.size(), 1 + training_cutoffs(kNow, kNow - days{500} - hours{29}, kLate).learned.size());
  std::set<std::size_t> places;
  for (const auto* part : {&set->split.training, &set->split.validation, &set->split.test})
    for (const std::size_t place : *part) EXPECT_TRUE(places.insert(place).second);
  EXPECT_EQ(places.size(), set->rows.size());
  ASSERT_EQ(set->split.cutoff_begins.size(), set->cutoffs.size());
  const std::size_t newest = set->split.cutoff_begins[1];  // so many samples are of the newest cutoff
  EXPECT_EQ(set->split.test.size() + set->split.validation.size(), newest);
  // A hash says which half each is in, and gives this crowd no exact halves.
  EXPECT_GT(set->split.validation.size(), newest / 3);
  EXPECT_GT(set->split.test.size(), newest / 3);
  EXPECT_EQ(*std::ranges::min_element(set->split.training), newest);
  EXPECT_TRUE(set->split.other_season);
  const auto silent = [](double) {};
  const TrainedModel model = train_on_split(set->rows, set->split, 1, silent, cancelled_).value();
  EXPECT_GT(model.metrics.roc_auc, 0.7);
  EXPECT_EQ(model.metrics.test_samples, static_cast<std::int64_t>(set->split.test.size()));
  ASSERT_EQ(model.held_out.cutoffs.size(), set->cutoffs.size());
  EXPECT_EQ(model.held_out.cutoffs.front().samples, static_cast<std::int64_t>(newest));
}

// Thresholds of drift follow from the number of customers: one who is seen at twelve cutoffs is one.
TEST_F(CollectSamplesTest, TheReferenceOfDriftHoldsEachCustomerOnce) {
  crowd();
  const auto set = collect();
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(set->split.one_each.size(), 60U);
  const auto silent = [](double) {};
  const TrainedModel model = train_on_split(set->rows, set->split, 1, silent, cancelled_).value();
  for (const auto& feature : model.drift.features) {
    std::int64_t customers = 0;
    for (const auto count : feature.counts) customers += static_cast<std::int64_t>(count);
    EXPECT_EQ(customers, 60) << feature.name;
  }
}

// An order of the last day of the horizon that comes as late as orders may.
TEST_F(CollectSamplesTest, WhoseOrderComesLateHasNotLeft) {
  crowd();
  const Timestamp judged = kNow - kLate - kHorizon;
  import({order("late", judged - days{1})});
  const auto count_left = [&] {
    const auto set = collect();
    std::int64_t left = 0;
    for (const auto* part : {&set->split.test, &set->split.validation})
      for (const std::size_t place : *part) left += set->rows.left(place) ? 1 : 0;
    return left;
  };
  const std::int64_t before = count_left();
  const auto taken = await(receive_.run({order("late", judged + kHorizon)}));
  ASSERT_TRUE(taken);
  ASSERT_TRUE(taken->refused.empty()) << "late, and still in time";
  EXPECT_EQ(count_left(), before - 1);
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
      ASSERT_TRUE(await(features_.merge(UserId{user}, std::move(told), kNow)));
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
  EXPECT_EQ(comparable(set->rows[0]), comparable(to_model_row(replayed->fresh(set->cutoffs.front()))));
}

TEST_F(CollectSamplesTest, IngestedFeaturesJoinWithTheirTimes) {
  const Timestamp told_at = kNow - kLate - kHorizon - days{5};
  crowd();
  clock_.set(told_at);
  std::vector<FeatureChange> told{{find_feature("csat_score"), FeatureValue{1.5}}};
  ASSERT_TRUE(await(features_.merge(UserId{"lost_0_0"}, std::move(told), told_at)));
  clock_.set(kNow);
  const auto set = collect();
  ASSERT_TRUE(set);
  const std::size_t csat = column("csat_score");
  EXPECT_EQ(set->rows[0][csat], 1.5F) << "told five days before";
  for (std::size_t i = 1; i < set->rows.size(); ++i) EXPECT_TRUE(std::isnan(set->rows[i][csat])) << i;
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
  EXPECT_EQ(before->split.cutoff_begins[1], after->split.cutoff_begins[1]);
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
  const TrainedModel trained = train_on_split(set->rows, set->split, 1, silent, cancelled_).value();
  std::vector<double> recency;
  std::vector<bool> left;
  for (const std::size_t place : set->split.test) {
    const float days_ago = set->rows[place][column("days_last_purch")];
    recency.push_back(std::isnan(days_ago) ? 365 : static_cast<double>(days_ago));
    left.push_back(set->rows.left(place));
  }
  EXPECT_GT(left.size(), 150U);
  EXPECT_GT(trained.metrics.roc_auc, roc_auc(recency, left) + 0.02);
  EXPECT_GT(trained.metrics.roc_auc, 0.75);
  EXPECT_LT(trained.metrics.roc_auc, 0.96) << "the label is a formula of the features";
}

TEST_F(CollectSamplesTest, KeepsWholeCustomersOfALogThatIsTooLarge) {
  for (const char* prefix : {"", "more_", "most_"}) crowd(prefix);
  const auto all = collect();
  ASSERT_TRUE(all);
  const std::size_t most = all->rows.size() - 1;
  const auto fewer = collect(most);
  ASSERT_TRUE(fewer) << fewer.error().detail;
  EXPECT_LE(fewer->rows.size(), most);
  const auto rows = rows_of(*all);
  for (const auto& row : rows_of(*fewer)) EXPECT_NE(std::ranges::find(rows, row), rows.end());
}

}  // namespace
}  // namespace qm::reco
