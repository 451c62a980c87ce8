// What is packed comes back, and other bytes do no harm.
#include <gtest/gtest.h>

#include <random>

#include "RecoEngine-featurestore/store/customer_state_bytes.hpp"
#include "RecoEngine-featurestore/store/event_log_bytes.hpp"
#include "RecoEngine-featurestore/store/feature_telling_bytes.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::kNow;

// An ordinary customer's half year: a visit every four days, an order every three weeks, a ticket, some nudges.
std::vector<KnownEvent> half_a_year() {
  std::mt19937 random{11};
  std::vector<KnownEvent> events;
  const auto add = [&](EventType type, Timestamp at) -> EventData& {
    const std::string id = std::string{to_string(type)} + ".01J" + std::to_string(random()) + "-" +
                           std::to_string(events.size());
    return events.emplace_back(KnownEvent{{EventId{id}, type, UserId{"ann"}, at, {}}, at + minutes{1}}).event.data;
  };
  for (int day = 180; day > 0; day -= 4) {
    const Timestamp at = kNow - hours{24 * day} + minutes{random() % 600};
    add(EventType::session_started, at).session_id = "ses_" + std::to_string(day);
    add(EventType::search, at + minutes{1}).words = "ein Tee für Ännchen";
    for (int i = 0; i < 3; ++i)
      add(EventType::product_viewed, at + minutes{2 + i}).product_id = "prod_00" + std::to_string(i);
    if (day % 20 == 0) {
      EventData& cart = add(EventType::cart_changed, at + minutes{6});
      cart.item_count = 2;
      cart.product_ids = {"prod_001", "prod_002"};
      EventData& order = add(EventType::order_placed, at + minutes{9});
      order.order_id = "ord_" + std::to_string(day);
      order.amount = Money{4'999};
      order.discount = Money{500};
      EventData& nudge = add(EventType::nudge_delivered, at + hours{30});
      nudge.channel = Channel::email;
      nudge.nudge_id = "n" + std::to_string(day);
    }
    if (day == 100) {
      EventData& closed = add(EventType::ticket_closed, at + hours{40});
      closed.resolution_hours = 12.25;
      closed.score = 4;
    }
  }
  return events;
}

std::string log_of(const std::vector<KnownEvent>& events) {
  std::string log;
  for (const KnownEvent& each : events) append_event(log, each);
  return log;
}

TEST(EventBytes, ALogComesBack) {
  const auto events = half_a_year();
  const std::string log = log_of(events);
  EXPECT_EQ(events_of_log(log, UserId{"ann"}), events);
  std::size_t i = 0;
  for_each_event_id(log, [&](std::string_view id) { EXPECT_EQ(id, events[i++].event.id.str()); });
  EXPECT_EQ(i, events.size());
}

TEST(EventBytes, AnOrdinaryCustomersStateIsUnderTwoKilobytes) {
  const CustomerState state = state_of(half_a_year(), kNow + hours{24 * 30});
  const std::string bytes = to_bytes(state);
  EXPECT_LT(bytes.size(), 2'048U);
  EXPECT_EQ(state_from_bytes(bytes), state);
  EXPECT_EQ(state_from_bytes(to_bytes(CustomerState{})), CustomerState{});
}

// Up to version 2 states did not say by which definition of the features they were made.
std::string as_version_2(const CustomerState& state) { return "\2" + to_bytes(state).substr(2); }

TEST(EventBytes, AStateOfAnotherDefinitionServesUntilItIsMadeAnew) {
  std::string bytes = to_bytes(state_of(half_a_year(), kNow));
  EXPECT_FALSE(state_from_bytes(bytes)->is_outdated);
  EXPECT_EQ(state_from_bytes(as_version_2(CustomerState{}))->is_outdated, kFeatureDefinition != 2);
  ++bytes[1];
  const auto state = state_from_bytes(bytes);
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->is_outdated);
  EXPECT_EQ(state->orders, state_of(half_a_year(), kNow).orders);
}

// Sources as version 1 had them: when each was heard of first.
TEST(EventBytes, AStateOfTheFirstVersionServesUntilItIsMadeAnew) {
  const std::string no_events = to_bytes(CustomerState{});
  std::string bytes = as_version_2(CustomerState{});
  bytes.resize(bytes.size() - kEventSources - 1);
  bytes[0] = 1;
  bytes += std::string{"\1\0", 2};  // visits: 1970
  bytes += std::string(6, '\0');    // no other source
  bytes += '\0';                    // months
  const auto state = state_from_bytes(bytes);
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->is_outdated);
  EXPECT_EQ(state->heard[0], (Heard{Timestamp{}, Timestamp{}}));
  EXPECT_FALSE(state_from_bytes(no_events)->is_outdated);
}

TEST(EventBytes, ATellingComesBack) {
  const FeatureTelling telling{kNow,
                               {{find_feature("sess_7d"), FeatureValue{std::int64_t{3}}},
                                {find_feature("cart_no_buy"), FeatureValue{true}},
                                {find_feature("csat_score"), FeatureValue{4.5}},
                                {find_feature("loyalty_tier"), FeatureValue{std::string{"gold"}}},
                                {find_feature("cat_spend_dist"), FeatureValue{Shares{{"toys", 0.25}}}},
                                {find_feature("email_ctr"), std::nullopt}}};
  const auto back = telling_from_bytes(to_bytes(telling));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->at, telling.at);
  EXPECT_TRUE(back->changes == telling.changes);
}

TEST(EventBytes, NoPrefixAndNoFlippedByteDoesHarm) {
  const auto events = half_a_year();
  const std::string log = log_of({events.begin(), events.begin() + 20});
  const std::string state = to_bytes(state_of(events, kNow + hours{24 * 30}));
  for (const std::string& bytes : {log, state}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::string_view part = std::string_view{bytes}.substr(0, size);
      EXPECT_LE(events_of_log(part, UserId{"ann"}).size(), 20U);
      if (&bytes == &state || bytes == state) EXPECT_FALSE(state_from_bytes(part)) << size;
    }
  }
  std::mt19937 random{3};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = round % 2 == 0 ? log : state;
    for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = static_cast<char>(random());
    static_cast<void>(events_of_log(bytes, UserId{"ann"}));
    static_cast<void>(state_from_bytes(bytes));
    static_cast<void>(telling_from_bytes(bytes));
  }
}

}  // namespace
}  // namespace qm::reco
