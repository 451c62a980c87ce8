// A training set sees what a prediction saw: over a long history, bit for bit.
#include "RecoEngine-featurestore/app/replay_features.hpp"

#include <random>

#include "RecoEngine-featurestore/app/receive_events.hpp"
#include "RecoEngine-featurestore/app/serving_fixture.hpp"
#include "RecoEngine-featurestore/training/customer_simulator.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kReplayKeep{24 * 730};
constexpr std::size_t kCustomers = 12;
constexpr int kSteps = 4'000;
constexpr int kSparseSteps = 400;
constexpr std::uint64_t kSimulated = 12;
constexpr int kSimulatedDays = 1'100;

struct Recorded {
  std::string user;
  Timestamp at{};
  FeatureVector features;
};

class ReplayFeaturesTest : public ServingTest {
 protected:
  std::string someone() { return "user_" + std::to_string(random_() % kCustomers); }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  Event happening(const std::string& user) {
    Event event;
    event.id = EventId{"e" + std::to_string(next_id_++)};
    event.type = static_cast<EventType>(below(kEventTypes));
    event.user_id = UserId{user};
    // Some come days late, some from a clock that goes ahead.
    const auto late = below(10) == 0 ? hours{below(24 * 7)} : hours{0};
    event.at = clock_.now() - late - seconds{below(60)} + seconds{below(20) == 0 ? 120 : 0};
    event.data.item_count = static_cast<std::int64_t>(below(4));
    event.data.order_id = user + "-o" + std::to_string(below(30));
    event.data.amount = Money{static_cast<std::int64_t>(below(20'000))};
    event.data.discount = Money{static_cast<std::int64_t>(below(3) == 0 ? below(500) : 0)};
    event.data.nudge_id = "n" + std::to_string(below(10));
    event.data.channel = static_cast<Channel>(below(4));
    event.data.score = static_cast<std::int64_t>(1 + below(5));
    event.data.resolution_hours = static_cast<double>(below(10'000)) / 100;
    if (below(4) == 0) event.data.page = "guide";
    return event;
  }
  void tell(const std::string& user) {
    std::vector<Event> events;
    for (std::uint64_t i = 0; i <= below(5); ++i) events.push_back(happening(user));
    if (below(8) == 0) events.push_back(told_before_.empty() ? events.front() : told_before_.back());
    told_before_.push_back(events.front());
    ASSERT_TRUE(run(receive_.run(std::move(events))));
  }
  void order_now(const std::string& user) {
    Event order = happening(user);
    order.type = EventType::order_placed;
    order.at = clock_.now();
    ASSERT_TRUE(run(receive_.run({order})));
  }
  void ingest(const std::string& user) {
    const auto number = static_cast<std::int64_t>(below(50));
    const auto tell_of = [&](FeatureGroup group, std::vector<GivenFeature> given) { know(user, group, given); };
    switch (below(5)) {
      case 0:
        return tell_of(FeatureGroup::behavior,
                       {{"sess_7d", FeatureValue{number}}, {"sess_30d", FeatureValue{number + 3}}});
      case 1:
        return tell_of(FeatureGroup::support, {{"csat_score", FeatureValue{1 + static_cast<double>(number % 5) / 2}}});
      case 2:
        return tell_of(FeatureGroup::transactional,
                       {{"orders_6m", FeatureValue{number}}, {"refund_rate", std::nullopt}});
      case 3: return tell_of(FeatureGroup::behavior, {{"days_last_purch", FeatureValue{number}}});
      default:
        return tell_of(FeatureGroup::realtime,
                       {{"cart_no_buy", FeatureValue{number % 2 == 0}}, {"abandon_count", FeatureValue{number}}});
    }
  }
  void predict_and_record(const std::string& user) {
    const auto prediction = run(predict_with_feed_.predict(UserId{user}));
    if (!prediction) {
      EXPECT_EQ(prediction.error().kind, ErrorKind::NotFound);
      return recorded_.push_back({user, clock_.now(), FeatureVector{}});
    }
    recorded_.push_back({user, clock_.now(), prediction->score.features});
  }
  std::size_t replay_all(const char* when) {
    std::size_t values = 0;
    for (const Recorded& each : recorded_) {
      const auto replayed = run(replay_.at(UserId{each.user}, each.at));
      EXPECT_TRUE(replayed);
      const FeatureVector fresh = replayed->fresh(each.at);
      for (std::size_t i = 0; i < fresh.size(); ++i) {
        if (each.features[i]) ++values;
        EXPECT_TRUE(fresh[i] == each.features[i])
            << when << ": " << feature_table()[i].name << " of " << each.user << " at " << to_rfc3339(each.at);
      }
      if (HasFailure()) break;
    }
    return values;
  }

  std::mt19937_64 random_{20'261'129};
  int next_id_ = 0;
  std::vector<Event> told_before_;
  std::vector<Recorded> recorded_;
  EventStore events_{*kv_, kReplayKeep};
  WatchFeed feed_{events_};
  ReceiveEvents receive_{events_, clock_, hours{24 * 7}, &feed_};
  PredictChurn predict_with_feed_{features_, champion_, trigger_, observe_, clock_, &feed_};
  ReplayFeatures replay_{events_, features_, clock_, &feed_};
};

TEST_F(ReplayFeaturesTest, GivesExactlyWhatWasServedThenOverALongHistory) {
  for (int step = 0; step < kSteps; ++step) {
    clock_.advance(minutes{1 + below(240)});
    const std::string user = someone();
    const auto what = below(10);
    if (what < 6) tell(user);
    else if (what < 7) ingest(user);
    else predict_and_record(user);
    ASSERT_FALSE(HasFailure()) << "step " << step;
  }
  ASSERT_GT(clock_.now() - recorded_.front().at, days{300});
  EXPECT_GT(receive_.counts().rebuilt, 100) << "some came late";
  EXPECT_GT(replay_all("as it was"), 10'000U);
  ASSERT_FALSE(HasFailure());

  // Whatever is told from now on, of then or of now, changes nothing of what was known then.
  for (std::size_t i = 0; i < kCustomers; ++i) {
    const std::string user = "user_" + std::to_string(i);
    for (int n = 0; n < 20; ++n) tell(user);
    ingest(user);
  }
  replay_all("after more was told");
}

// Of a customer of whom nothing is ingested for months, serving has no record any more; replay reads what was told.
TEST_F(ReplayFeaturesTest, GivesExactlyWhatWasServedWhenWhatWasIngestedHasExpired) {
  for (int step = 0; step < kSparseSteps; ++step) {
    const bool shop_was_away = below(100) == 0;
    clock_.advance(shop_was_away ? hours{24 * (5 + below(40))} : hours{1 + below(50)});
    const std::string user = someone();
    if (below(10) == 0) ingest(user);
    else if (below(2) == 0) tell(user);
    for (int i = 0; i < 3; ++i) predict_and_record(someone());
    ASSERT_FALSE(HasFailure()) << "step " << step;
  }
  ASSERT_GT(clock_.now() - recorded_.front().at, days{400});
  EXPECT_GT(replay_all("as it was"), 5'000U);
}

TEST_F(ReplayFeaturesTest, WhatWasIngestedHoldsNoEventBackOnceItIsPastItsTime) {
  const std::size_t feature = find_feature("days_last_purch");
  const Timestamp ordered_at = clock_.now();
  order_now("ann");
  clock_.advance(days{5});
  know("ann", FeatureGroup::behavior, {{"days_last_purch", FeatureValue{std::int64_t{1}}}});
  predict_and_record("ann");
  EXPECT_TRUE(recorded_.back().features[feature]->value == FeatureValue{std::int64_t{1}}) << "bought elsewhere";
  // Its feature's time is over; its record goes with the group's most lasting feature.
  for (const int day : {40, 94, 96, 150}) {
    clock_.set(ordered_at + days{day} - minutes{1});
    order_now("bob");  // so that it is she who is silent
    clock_.advance(minutes{1});
    predict_and_record("ann");
    ASSERT_TRUE(recorded_.back().features[feature]) << "on day " << day;
    EXPECT_TRUE(recorded_.back().features[feature]->value == FeatureValue{std::int64_t{day}}) << "on day " << day;
  }
  replay_all("as it was");
}

// The state remembers what the log has forgotten: a replay gives what was served where the log has a year before it.
TEST_F(ReplayFeaturesTest, GivesExactlyWhatWasServedWhereTheLogReachesAYearFurtherBack) {
  const SimulatedShop shop{11, clock_.now()};
  std::vector<SimulatedCustomer> customers;
  for (std::uint64_t number = 0; number < kSimulated; ++number) customers.emplace_back(shop, number);
  for (int day = 1; day <= kSimulatedDays; ++day) {
    clock_.advance(days{1});
    for (SimulatedCustomer& customer : customers) {
      std::vector<Event> events;
      customer.live(1, [&events](const Event& event) { events.push_back(event); });
      ASSERT_TRUE(run(receive_.run(std::move(events))));
    }
    if (day % 15 != 0) continue;
    for (const SimulatedCustomer& customer : customers) predict_and_record(customer.id().str());
  }
  const Timestamp whole_since = clock_.now() - kReplayKeep + kEventReach;
  std::size_t same = 0, other = 0;
  for (const Recorded& each : recorded_) {
    const FeatureVector replayed = run(replay_.at(UserId{each.user}, each.at))->fresh(each.at);
    for (std::size_t i = 0; i < replayed.size(); ++i) {
      if (feature_table()[i].name == "last_hv_purch") continue;  // by all orders before it
      if (each.at < whole_since) {
        other += replayed[i] == each.features[i] ? 0 : 1;
        continue;
      }
      ++same;
      ASSERT_TRUE(replayed[i] == each.features[i])
          << feature_table()[i].name << " of " << each.user << " at " << to_rfc3339(each.at);
    }
  }
  EXPECT_GT(same, 5'000U);
  EXPECT_GT(other, 0U) << "further back it is not so, or this shows nothing";
}

TEST_F(ReplayFeaturesTest, SilenceOfACustomerSaysSomethingAndSilenceOfAllDoesNot) {
  const auto sees = [this](const char* feature) {
    predict_and_record("ann");
    return recorded_.back().features[find_feature(feature)].has_value();
  };
  order_now("ann");
  for (int day = 0; day < 60; ++day) {
    clock_.advance(days{1});
    order_now("bob");
  }
  EXPECT_TRUE(sees("sess_30d")) << "she has not come, and others have";
  EXPECT_TRUE(recorded_.back().features[find_feature("sess_30d")]->value == FeatureValue{std::int64_t{0}});
  EXPECT_TRUE(sees("days_last_purch"));
  clock_.advance(days{29});
  EXPECT_TRUE(sees("sess_30d"));
  EXPECT_FALSE(sees("sess_7d")) << "nobody was heard of for a week";
  clock_.advance(days{2});
  EXPECT_FALSE(sees("sess_30d"));
  EXPECT_FALSE(sees("days_last_purch"));
  EXPECT_TRUE(sees("orders_6m")) << "which is true for 90 days";
  clock_.advance(minutes{1});
  order_now("bob");
  EXPECT_TRUE(sees("sess_30d"));
  EXPECT_GT(replay_all("as it was"), 10U);

  // Another instance, or this one after a restart, knows it too.
  WatchFeed other{events_};
  EXPECT_FALSE(other.feed()->heard(clock_.now()));
  ASSERT_TRUE(run(other.follow()));
  EXPECT_EQ(other.feed()->days(), feed_.feed()->days());
}

TEST_F(ReplayFeaturesTest, HistoryThatIsImportedCountsFromWhenItHappened) {
  Event order = happening("ann");
  order.type = EventType::order_placed;
  order.at = clock_.now() - days{100};
  ASSERT_TRUE(run(receive_.run({order}, true)));
  const std::size_t feature = find_feature("days_last_purch");
  EXPECT_FALSE((*run(replay_.at(UserId{"ann"}, order.at - minutes{1})))[feature]);
  const auto later = run(replay_.at(UserId{"ann"}, order.at + days{30}));
  ASSERT_TRUE((*later)[feature]);
  EXPECT_TRUE((*later)[feature]->value == FeatureValue{std::int64_t{30}});
}

}  // namespace
}  // namespace qm::reco
