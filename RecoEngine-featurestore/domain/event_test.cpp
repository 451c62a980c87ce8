#include "RecoEngine-featurestore/domain/event.hpp"

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using test::kNow;

Event event(std::string id, EventType type, Timestamp at) {
  return {EventId{std::move(id)}, type, UserId{"ann"}, at, {}};
}
Event abandoned(std::string id, Timestamp at) { return event(std::move(id), EventType::cart_abandoned, at); }

TEST(Event, EveryFeatureThatEventsInformIsInTheTableAndTakesTheirValues) {
  Event full = event("e", EventType::cart_changed, kNow);
  full.data.item_count = 3;
  full.data.score = 4;
  for (const EventFeature& row : event_features()) {
    const std::size_t feature = find_feature(row.feature);
    ASSERT_NE(feature, kNoFeature) << row.feature;
    full.type = row.type;
    const auto value = row.value(full);
    ASSERT_TRUE(value) << row.feature;
    const auto accepted = accept(feature_table()[feature], *value);
    ASSERT_TRUE(accepted) << row.feature << ": " << accepted.error().detail;
    EXPECT_EQ(*accepted, *value) << row.feature << " is not in the table's form";
  }
}

TEST(Event, WhatItDoesNotSayInformsNothing) {
  Event emptied = event("e", EventType::cart_changed, kNow);
  emptied.data.item_count = 0;
  const auto found = features_of({emptied, event("f", EventType::ticket_closed, kNow)});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(feature_table()[found.front().feature].name, "cart_item_cnt");
}

TEST(Event, OneThatLiesAheadOrIsTooOldIsNotKept) {
  EXPECT_EQ(why_not_kept(event("e", EventType::session_started, kNow + minutes{9}), kNow, hours{24}), "");
  EXPECT_NE(why_not_kept(event("e", EventType::session_started, kNow + minutes{11}), kNow, hours{24}), "");
  EXPECT_EQ(why_not_kept(event("e", EventType::session_started, kNow - hours{24}), kNow, hours{24}), "");
  EXPECT_NE(why_not_kept(event("e", EventType::session_started, kNow - hours{25}), kNow, hours{24}), "");
}

TEST(Event, AnAbandonedCartCountsOnceInAnyOrder) {
  const std::vector<Event> events{abandoned("a", kNow - days{3}), abandoned("b", kNow - days{2}),
                                  abandoned("c", kNow - days{1})};
  std::vector<std::size_t> order{0, 1, 2};
  do {
    AbandonedCarts carts;
    for (const std::size_t i : order) carts = count_abandoned(carts, {events[i], events[order[0]]}, kNow);
    EXPECT_EQ(carts.count, 3);
    EXPECT_EQ(carts.at, kNow - days{1});
    EXPECT_EQ(count_abandoned(carts, events, kNow), carts);
  } while (std::ranges::next_permutation(order).found);
}

TEST(Event, ACountThatSomebodyElseGaveStandsForWhatCameBefore) {
  const std::vector<Event> events{abandoned("before", kNow - days{3}), abandoned("after", kNow - days{1})};
  for (const bool after_first : {false, true}) {
    AbandonedCarts carts;
    carts.count = 5;
    carts.at = kNow - days{2};
    carts = count_abandoned(carts, {events[after_first ? 1 : 0]}, kNow);
    carts = count_abandoned(carts, {events[after_first ? 0 : 1]}, kNow);
    EXPECT_EQ(carts.count, 6) << after_first;
  }
}

TEST(Event, AnAbandonedCartStopsCountingAfterThirtyDays) {
  AbandonedCarts carts = count_abandoned({}, {abandoned("a", kNow), abandoned("b", kNow + days{20})}, kNow + days{20});
  EXPECT_EQ(carts.count, 2);
  carts = count_abandoned(carts, {abandoned("c", kNow + days{31})}, kNow + days{31});
  EXPECT_EQ(carts.count, 2);
  EXPECT_EQ(count_abandoned(carts, {abandoned("a", kNow)}, kNow + days{31}).count, 2) << "told again";
}

TEST(Event, ClicksAreThoseOfTheSessionThatWasLastSeen) {
  std::vector<Event> events;
  for (int i = 0; i < 5; ++i) {
    events.push_back(event("v" + std::to_string(i), EventType::product_viewed, kNow + minutes{i}));
    events.back().data.session_id = i < 2 ? "first" : "second";
  }
  events.push_back(event("s", EventType::session_started, kNow + minutes{9}));
  events.back().data.session_id = "third";
  const auto clicks = session_clicks_of(events);
  ASSERT_TRUE(clicks);
  EXPECT_EQ(clicks->value, FeatureValue{std::int64_t{3}});
  EXPECT_EQ(clicks->at, kNow + minutes{4});
  EXPECT_FALSE(session_clicks_of({}));
}

}  // namespace
}  // namespace qm::reco
