#include "RecoEngine-featurestore/app/receive_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "RecoEngine-featurestore/app/ingest_features.hpp"
#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kNow;

constexpr hours kKeep{24 * 180};

// What a customer did, of every kind that informs a feature.
std::vector<Event> a_visit(const std::string& user) {
  const UserId who{user};
  std::vector<Event> events;
  const auto add = [&](EventType type, minutes after) -> EventData& {
    const std::string id = std::string{to_string(type)} + "." + std::to_string(events.size());
    return events.emplace_back(Event{EventId{id}, type, who, kNow - hours{2} + after, {}}).data;
  };
  add(EventType::session_started, minutes{0}).session_id = "ses_1";
  for (int i = 1; i <= 3; ++i) add(EventType::product_viewed, minutes{i}).session_id = "ses_1";
  add(EventType::cart_changed, minutes{4}).item_count = 2;
  add(EventType::cart_abandoned, minutes{4}).item_count = 2;
  add(EventType::cart_changed, minutes{50}).item_count = 3;
  add(EventType::order_placed, minutes{60}).amount = Money{2'500};
  add(EventType::cart_changed, minutes{61}).item_count = 0;
  add(EventType::ticket_closed, minutes{70}).score = 2;
  add(EventType::ticket_rated, minutes{80}).score = 5;
  return events;
}

class ReceiveEventsTest : public testing::Test {
 protected:
  struct Reco {
    explicit Reco(const Clock& clock)
        : kv{kv::make_memory_store("churn_features", clock)}, receive{events, features, clock} {}
    std::unique_ptr<kv::Store> kv;
    EventStore events{*kv, kKeep};
    FeatureStore features{*kv};
    ReceiveEvents receive;
  };
  static std::map<std::string, FeatureReading> known(Reco& reco, const std::string& user) {
    std::map<std::string, FeatureReading> found;
    const auto vector = await(reco.features.read(UserId{user}));
    if (!vector) return found;
    for (std::size_t i = 0; i < vector->size(); ++i)
      if ((*vector)[i]) found[std::string{feature_table()[i].name}] = *(*vector)[i];
    return found;
  }
  static void expect_a_visit(Reco& reco, const std::string& user) {
    const std::map<std::string, FeatureValue> expected{{"curr_sess_clk", std::int64_t{3}},
                                                       {"cart_item_cnt", std::int64_t{0}},
                                                       {"cart_no_buy", false},
                                                       {"abandon_count", std::int64_t{1}},
                                                       {"last_abandon_at", to_rfc3339(kNow - hours{2} + minutes{4})},
                                                       {"csat_score", 5.0}};
    const auto found = known(reco, user);
    EXPECT_EQ(found.size(), expected.size());
    for (const auto& [name, value] : expected) {
      ASSERT_TRUE(found.contains(name)) << name;
      EXPECT_TRUE(found.at(name).value == value) << name;
    }
  }
  static EventsTaken take(Reco& reco, std::vector<Event> events) {
    auto taken = await(reco.receive.run(std::move(events)));
    EXPECT_TRUE(taken) << taken.error().detail;
    return *taken;
  }

  ManualClock clock_{kNow};
  Reco reco_{clock_};
};

TEST_F(ReceiveEventsTest, KeepsEachOnceAndInTimeOrder) {
  auto events = a_visit("ann");
  events.push_back(Event{EventId{"of_yesterday"}, EventType::session_started, UserId{"ann"}, kNow - days{1}, {}});
  EXPECT_EQ(take(reco_, events).accepted, static_cast<std::int64_t>(events.size()));
  const auto again = take(reco_, events);
  EXPECT_EQ(again.accepted, 0);
  EXPECT_EQ(again.duplicates, static_cast<std::int64_t>(events.size()));

  const auto page = await(reco_.receive.list(UserId{"ann"}, Timestamp{}, 1'000));
  ASSERT_TRUE(page);
  std::ranges::sort(events, happened_before);
  EXPECT_EQ(page->events, events) << "as they came, data and all";
  EXPECT_TRUE(await(reco_.receive.list(UserId{"bob"}, Timestamp{}, 10))->events.empty());

  // Page by page it is the same.
  std::vector<Event> paged;
  std::optional<Timestamp> from = Timestamp{};
  while (from) {
    auto next = await(reco_.receive.list(UserId{"ann"}, *from, 2));
    ASSERT_TRUE(next);
    std::ranges::move(next->events, std::back_inserter(paged));
    from = next->next_from;
  }
  EXPECT_EQ(paged, events);
}

TEST_F(ReceiveEventsTest, ComesToTheSameHoweverTheyCome) {
  const auto events = a_visit("ann");
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    Reco reco{clock_};
    std::vector<Event> shuffled = events;
    shuffled.insert(shuffled.end(), events.begin(), events.end());  // each twice
    std::ranges::shuffle(shuffled, random);
    for (std::size_t begin = 0; begin < shuffled.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 5, shuffled.size() - begin);
      const auto first = shuffled.begin() + static_cast<std::ptrdiff_t>(begin);
      take(reco, {first, first + static_cast<std::ptrdiff_t>(size)});
      begin += size;
    }
    expect_a_visit(reco, "ann");
    if (HasFailure()) FAIL() << "in round " << round;
  }
}

TEST_F(ReceiveEventsTest, BatchesThatComeAtOnceLoseNothing) {
  WorkerThreads workers{4};
  workers.start();
  std::vector<Task<Result<EventsTaken>>> tasks;
  for (const Event& event : a_visit("ann"))
    for (int i = 0; i < 3; ++i) tasks.push_back(reco_.receive.run({event}));
  for (const auto& taken : await_all(workers, 4, std::move(tasks))) EXPECT_TRUE(taken) << taken.error().detail;
  workers.stop();
  workers.join();
  EXPECT_EQ(await(reco_.receive.list(UserId{"ann"}, Timestamp{}, 100))->events, [] {
    auto events = a_visit("ann");
    std::ranges::sort(events, happened_before);
    return events;
  }());
  expect_a_visit(reco_, "ann");
}

TEST_F(ReceiveEventsTest, WhatWasIngestedLaterStands) {
  IngestFeatures ingest{reco_.features, clock_};
  auto intake = IngestFeatures::examine(FeatureGroup::support, {{"csat_score", FeatureValue{1.0}}});
  ASSERT_TRUE(await(ingest.store(UserId{"ann"}, FeatureGroup::support, std::move(intake))));
  auto given = IngestFeatures::examine(FeatureGroup::realtime, {{"abandon_count", FeatureValue{std::int64_t{7}}}});
  ASSERT_TRUE(await(ingest.store(UserId{"ann"}, FeatureGroup::realtime, std::move(given))));
  take(reco_, a_visit("ann"));  // before now, when those were told
  EXPECT_TRUE(known(reco_, "ann").at("csat_score").value == FeatureValue{1.0});
  EXPECT_TRUE(known(reco_, "ann").at("abandon_count").value == FeatureValue{std::int64_t{7}});
  clock_.advance(minutes{5});
  take(reco_, {Event{EventId{"new"}, EventType::cart_abandoned, UserId{"ann"}, kNow + minutes{1}, {}}});
  EXPECT_TRUE(known(reco_, "ann").at("abandon_count").value == FeatureValue{std::int64_t{8}});
}

TEST_F(ReceiveEventsTest, SaysWhatItDoesNotKeep) {
  std::vector<Event> events;
  events.push_back(Event{EventId{"ahead"}, EventType::session_started, UserId{"ann"}, kNow + days{1}, {}});
  events.push_back(Event{EventId{"old"}, EventType::session_started, UserId{"ann"}, kNow - days{181}, {}});
  events.push_back(Event{EventId{"good"}, EventType::session_started, UserId{"ann"}, kNow, {}});
  const auto taken = take(reco_, std::move(events));
  EXPECT_EQ(taken.accepted, 1);
  ASSERT_EQ(taken.refused.size(), 2U);
  EXPECT_EQ(taken.refused[0].event_id, "ahead");
  EXPECT_EQ(taken.refused[1].event_id, "old");
}

TEST_F(ReceiveEventsTest, ADayHoldsNoMoreThanItsLimit) {
  std::vector<Event> many;
  for (std::size_t i = 0; i < kMaxEventsPerDay + 3; ++i)
    many.push_back(Event{EventId{"e" + std::to_string(i)}, EventType::session_started, UserId{"ann"}, kNow, {}});
  const auto taken = take(reco_, many);
  EXPECT_EQ(taken.accepted, static_cast<std::int64_t>(kMaxEventsPerDay));
  EXPECT_EQ(taken.refused.size(), 3U);
}

TEST_F(ReceiveEventsTest, NeitherEventsNorTheirListOutliveTheirTime) {
  take(reco_, a_visit("ann"));
  clock_.advance(kKeep + hours{1});
  EXPECT_TRUE(await(reco_.receive.list(UserId{"ann"}, Timestamp{}, 10))->events.empty());
}

}  // namespace
}  // namespace qm::reco
