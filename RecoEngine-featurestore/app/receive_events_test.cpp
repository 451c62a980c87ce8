#include "RecoEngine-featurestore/app/receive_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "RecoEngine-featurestore/store/customer_record.hpp"
#include "RecoEngine-featurestore/store/customer_state_bytes.hpp"
#include "RecoEngine-featurestore/store/feature_store.hpp"
#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/forwarding_store_fixture.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using test::kNow;

constexpr hours kKeep{24 * 365};
constexpr hours kLate{24 * 7};

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

CustomerState folded(const std::vector<Event>& events) {
  std::vector<KnownEvent> known;
  for (const Event& event : events) known.push_back({event, event.at});
  return state_of(std::move(known), Timestamp::max());
}

class ReceiveEventsTest : public testing::Test {
 protected:
  struct Reco {
    explicit Reco(const Clock& clock)
        : kv{kv::make_memory_store("churn_features", clock)}, receive{events, clock, kLate} {}
    std::unique_ptr<kv::Store> kv;
    EventStore events{*kv, kKeep};
    ReceiveEvents receive;
  };
  static std::optional<CustomerState> state(Reco& reco, const std::string& user) {
    return await(reco.events.read(UserId{user}, {}))->state;
  }
  static EventsTaken take(Reco& reco, std::vector<Event> events, bool imported = false) {
    auto taken = await(reco.receive.run(std::move(events), imported));
    EXPECT_TRUE(taken) << taken.error().detail;
    return *taken;
  }
  static std::vector<Event> list(Reco& reco, const std::string& user, std::size_t limit = 10'000) {
    return await(reco.receive.list(UserId{user}, Timestamp{}, limit))->events;
  }
  static Event started(std::string id, Timestamp at, std::string user = "ann") {
    return {EventId{std::move(id)}, EventType::session_started, UserId{std::move(user)}, at, {}};
  }

  ManualClock clock_{kNow};
  Reco reco_{clock_};
};

TEST_F(ReceiveEventsTest, KeepsEachOnceAndInTimeOrder) {
  auto events = a_visit("ann");
  events.push_back(started("of_yesterday", kNow - days{1}));
  EXPECT_EQ(take(reco_, events).accepted, static_cast<std::int64_t>(events.size()));
  const auto again = take(reco_, events);
  EXPECT_EQ(again.accepted, 0);
  EXPECT_EQ(again.duplicates, static_cast<std::int64_t>(events.size()));
  EXPECT_EQ(state(reco_, "ann"), folded(events));

  std::ranges::sort(events, happened_before);
  EXPECT_EQ(list(reco_, "ann"), events) << "as they came, data and all";
  EXPECT_TRUE(list(reco_, "bob").empty());

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

// As contracts/events.hpp says.
TEST_F(ReceiveEventsTest, AnIdIsOfACustomerAndOfAMonth) {
  clock_.set(*parse_rfc3339("2026-11-03T12:00:00Z"));
  const Event kept = started("one", clock_.now() - hours{1});
  EXPECT_EQ(take(reco_, {kept}).accepted, 1);
  Event another_kind = kept;
  another_kind.type = EventType::order_placed;
  const Event same[] = {kept, started("one", clock_.now() - days{1}), another_kind};
  for (const Event& event : same) EXPECT_EQ(take(reco_, {event}).duplicates, 1);
  EXPECT_EQ(list(reco_, "ann"), std::vector<Event>{kept}) << "the one that came first, as it was";

  EXPECT_EQ(take(reco_, {started("one", kept.at, "bob")}).accepted, 1) << "another customer's";
  const Event last_month = started("one", clock_.now() - days{4});
  EXPECT_EQ(take(reco_, {last_month}).accepted, 1) << "of another month";
  EXPECT_EQ(take(reco_, {last_month, kept}).duplicates, 2);
  EXPECT_EQ(list(reco_, "ann"), (std::vector<Event>{last_month, kept}));

  const auto both = take(reco_, {started("two", kept.at), started("two", kept.at - minutes{5})});
  EXPECT_EQ(both.accepted, 1);
  EXPECT_EQ(both.duplicates, 1);
  EXPECT_EQ(list(reco_, "ann")[1].at, kept.at - minutes{5}) << "of two in a batch the earlier";
}

TEST_F(ReceiveEventsTest, OnesThatComeInTimeOrderRebuildNothing) {
  auto events = a_visit("ann");
  std::ranges::sort(events, happened_before);
  for (const Event& event : events) take(reco_, {event});
  const auto counts = reco_.receive.counts();
  EXPECT_EQ(counts.rebuilt, 0);
  EXPECT_EQ(counts.accepted, static_cast<std::int64_t>(a_visit("ann").size()));
}

TEST_F(ReceiveEventsTest, ComesToTheSameHoweverTheyCome) {
  auto events = a_visit("ann");
  for (int i = 1; i < 7; ++i) events.push_back(started("day" + std::to_string(i), kNow - days{i}));
  const CustomerState expected = folded(events);
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
    ASSERT_EQ(state(reco, "ann"), expected) << "in round " << round;
  }
}

TEST_F(ReceiveEventsTest, BatchesThatComeAtOnceLoseNothing) {
  WorkerThreads workers{4};
  workers.start();
  std::vector<Task<Result<EventsTaken>>> tasks;
  for (const Event& event : a_visit("ann"))
    for (int i = 0; i < 3; ++i) tasks.push_back(reco_.receive.run({event}));
  std::int64_t accepted = 0;
  for (const auto& taken : await_all(workers, 4, std::move(tasks))) {
    ASSERT_TRUE(taken) << taken.error().detail;
    accepted += taken->accepted;
  }
  workers.stop();
  workers.join();
  auto events = a_visit("ann");
  EXPECT_EQ(accepted, static_cast<std::int64_t>(events.size()));
  EXPECT_EQ(state(reco_, "ann"), folded(events));
  std::ranges::sort(events, happened_before);
  EXPECT_EQ(list(reco_, "ann"), events);
}

// Lets another instance take `event` just before the first month is written.
class TakenBetween final : public kv::ForwardingStore {
 public:
  TakenBetween(std::unique_ptr<kv::Store> store, const Clock& clock, Event event)
      : ForwardingStore(std::move(store)), clock_(clock), event_(std::move(event)) {}

  Task<Result<std::uint32_t>> put(kv::Key key, kv::Bins bins, kv::WriteOptions options) override {
    if (key.set == "user_events" && event_) {
      std::vector<Event> events{*std::exchange(event_, std::nullopt)};
      EventStore others{*this, kKeep};
      ReceiveEvents other{others, clock_, kLate};
      auto taken = co_await other.run(std::move(events));
      EXPECT_TRUE(taken && taken->accepted == 1);
    }
    auto written = co_await ForwardingStore::put(std::move(key), std::move(bins), std::move(options));
    co_return written;
  }

 private:
  const Clock& clock_;
  std::optional<Event> event_;
};

TEST_F(ReceiveEventsTest, CountsOnceWhatAnotherTakesMeanwhile) {
  const Event twice = started("twice", kNow - hours{1});
  TakenBetween store{kv::make_memory_store("churn_features", clock_), clock_, twice};
  EventStore events{store, kKeep};
  ReceiveEvents receive{events, clock_, kLate};
  const auto taken = await(receive.run({twice, started("once", kNow - hours{2})}));
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(taken->accepted, 1);
  EXPECT_EQ(taken->duplicates, 1);
}

TEST_F(ReceiveEventsTest, OneWhomAnotherChangesMeanwhileKeepsNoOthersBack) {
  const Event others = started("others", kNow - hours{3}, "cust_100");
  TakenBetween store{kv::make_memory_store("churn_features", clock_), clock_, others};
  EventStore events{store, kKeep};
  ReceiveEvents receive{events, clock_, kLate};
  std::vector<Event> batch;
  for (int i = 0; i < 300; ++i)
    batch.push_back(started("e" + std::to_string(i), kNow - hours{1}, "cust_" + std::to_string(i)));
  const auto taken = await(receive.run(batch));
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(taken->accepted, 300);
  for (int i = 0; i < 300; ++i) {
    const auto user = "cust_" + std::to_string(i);
    const auto state = await(events.read(UserId{user}, {}))->state;
    ASSERT_TRUE(state) << user;
    EXPECT_EQ(*state, i == 100 ? folded({others, batch[100]}) : folded({batch[static_cast<std::size_t>(i)]})) << user;
  }
}

TEST_F(ReceiveEventsTest, LeavesWhatWasIngestedAsItIsAndIsLeftByIt) {
  FeatureStore features{*reco_.kv, reco_.events.keep()};
  const std::size_t csat = find_feature("csat_score"), cart = find_feature("cart_abandon");
  ASSERT_TRUE(await(features.merge(UserId{"ann"}, {{csat, 4.0}}, kNow - hours{5})));
  EXPECT_TRUE(await(reco_.events.customers("", 100))->customers.empty()) << "there are no events yet";
  take(reco_, {started("first", kNow - hours{4})});
  ASSERT_TRUE(await(features.merge(UserId{"ann"}, {{cart, 0.5}}, kNow - hours{3})));
  take(reco_, {started("second", kNow - hours{2})});
  const auto known = await(features.read(UserId{"ann"}));
  ASSERT_TRUE(known && known->state);
  EXPECT_EQ(*known->state, folded({started("first", kNow - hours{4}), started("second", kNow - hours{2})}));
  EXPECT_EQ(known->ingested[csat]->value, FeatureValue{4.0});
  EXPECT_EQ(known->ingested[csat]->at, kNow - hours{5});
  EXPECT_EQ(known->ingested[cart]->value, FeatureValue{0.5});
  EXPECT_EQ(await(reco_.events.customers("", 100))->customers, std::vector{UserId{"ann"}});
  EXPECT_EQ(reco_.receive.counts().rebuilt, 0);
}

// Whoever wrote the log died before the state.
TEST_F(ReceiveEventsTest, AStateThatLacksWhatTheLogHasIsMadeAnew) {
  take(reco_, {started("first", kNow - hours{3})});
  const auto before = await(reco_.events.read(UserId{"ann"}, {month_of(kNow)}));
  take(reco_, {started("second", kNow - hours{2})});
  const auto after = await(reco_.events.read(UserId{"ann"}, {}));
  ASSERT_TRUE(await(reco_.events.write_states({{UserId{"ann"}, *before->state, after->state_generation}})));
  EXPECT_EQ(take(reco_, {started("second", kNow - hours{2})}).duplicates, 1);
  EXPECT_EQ(state(reco_, "ann"), folded({started("first", kNow - hours{3}), started("second", kNow - hours{2})}));
  ASSERT_TRUE(await(reco_.kv->remove(kv::Key{"customer_state", "ann"})));
  take(reco_, {started("third", kNow - hours{1})});
  EXPECT_EQ(state(reco_, "ann"), folded({started("first", kNow - hours{3}), started("second", kNow - hours{2}),
                                         started("third", kNow - hours{1})}));
  const auto rebuilt = await(reco_.receive.rebuild(UserId{"ann"}));
  ASSERT_TRUE(rebuilt);
  EXPECT_EQ(*rebuilt, state(reco_, "ann"));
}

TEST_F(ReceiveEventsTest, AStateOfAnOlderVersionIsMadeAnewWithTheNextEvent) {
  take(reco_, {started("first", kNow - hours{24 * 40})}, true);
  auto log = await(reco_.events.read(UserId{"ann"}, {}));
  CustomerState old = *log->state;
  old.heard = {};
  old.months.clear();
  std::string bytes = "\1" + to_bytes(old).substr(2);  // which did not say by which definition it was made,
  bytes.pop_back();  // and had one source less, a byte when it was never heard of
  ASSERT_TRUE(state_from_bytes(bytes) && state_from_bytes(bytes)->is_outdated);
  kv::Bins bins;
  bins[kStateBin] = kv::Bytes{bytes};
  ASSERT_TRUE(await(reco_.kv->put(customer_key(UserId{"ann"}), std::move(bins), {})));
  const std::int64_t before = reco_.receive.counts().rebuilt;
  take(reco_, {started("second", kNow)});
  EXPECT_EQ(reco_.receive.counts().rebuilt, before + 1);
  EXPECT_EQ(state(reco_, "ann"), folded({started("first", kNow - hours{24 * 40}), started("second", kNow)}));
}

TEST_F(ReceiveEventsTest, NotesOnceADayThatEventsCome) {
  WatchFeed feed{reco_.events};
  ReceiveEvents receive{reco_.events, clock_, kLate, &feed};
  const auto take_with_feed = [&](std::vector<Event> events, bool imported = false) {
    ASSERT_TRUE(await(receive.run(std::move(events), imported)));
  };
  take_with_feed({started("late", kNow - days{3}), started("now", kNow)});
  EXPECT_EQ(feed.feed()->days(), std::vector<Timestamp>{kNow}) << "when it was known, not when it happened";
  clock_.advance(minutes{5});
  take_with_feed({started("again", kNow), started("now", kNow)});
  take_with_feed({started("now", kNow)});
  EXPECT_EQ(await(reco_.events.feed())->size(), 1U) << "of a day one write";
  take_with_feed({started("old", kNow - days{40}), started("older", kNow - days{50})}, true);
  EXPECT_EQ(feed.feed()->days(), (std::vector<Timestamp>{kNow - days{50}, kNow - days{40}, kNow}));
  EXPECT_EQ(EventFeed{*await(reco_.events.feed())}.days(), feed.feed()->days());
  clock_.advance(kKeep + hours{1});
  EXPECT_TRUE(await(reco_.events.feed())->empty());
}

TEST_F(ReceiveEventsTest, SaysWhatItDoesNotKeep) {
  std::vector<Event> events;
  events.push_back(started("ahead", kNow + days{1}));
  events.push_back(started("late", kNow - days{8}));
  events.push_back(started("good", kNow));
  const auto taken = take(reco_, events);
  EXPECT_EQ(taken.accepted, 1);
  ASSERT_EQ(taken.refused.size(), 2U);
  EXPECT_EQ(taken.refused[0].event_id, "ahead");
  EXPECT_EQ(taken.refused[1].event_id, "late");
  EXPECT_EQ(take(reco_, {events[1]}, true).accepted, 1) << "as an import";
  EXPECT_EQ(state(reco_, "ann"), folded({events[1], events[2]}));
}

TEST_F(ReceiveEventsTest, AClockThatGoesAheadIsSetRightAndStillCountsOnce) {
  const Timestamp year_ends = *parse_rfc3339("2027-01-01T00:00:00Z");
  clock_.set(year_ends - minutes{1});
  const Event ahead = started("ahead", year_ends + minutes{4});
  EXPECT_EQ(take(reco_, {ahead}).accepted, 1);
  EXPECT_EQ(list(reco_, "ann").at(0).at, year_ends - minutes{1});
  clock_.set(year_ends + minutes{6});
  EXPECT_EQ(take(reco_, {ahead}).duplicates, 1) << "in another month, by now";
  EXPECT_EQ(list(reco_, "ann").size(), 1U);
}

TEST_F(ReceiveEventsTest, AMonthHoldsNoMoreThanItsLimit) {
  std::vector<Event> many;
  for (std::size_t i = 0; i < kMaxEventsPerMonth + 3; ++i) many.push_back(started("e" + std::to_string(i), kNow));
  const auto taken = take(reco_, many);
  EXPECT_EQ(taken.accepted, static_cast<std::int64_t>(kMaxEventsPerMonth));
  EXPECT_EQ(taken.refused.size(), 3U);
  EXPECT_EQ(state(reco_, "ann")->months.at(0).events, static_cast<std::int64_t>(kMaxEventsPerMonth));
}

TEST_F(ReceiveEventsTest, NeitherLogNorStateOutliveTheirTime) {
  take(reco_, a_visit("ann"));
  clock_.advance(kKeep + hours{1});
  EXPECT_TRUE(list(reco_, "ann").empty());
  EXPECT_FALSE(state(reco_, "ann"));
}

}  // namespace
}  // namespace qm::reco
