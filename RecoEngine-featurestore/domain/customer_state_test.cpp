#include "RecoEngine-featurestore/domain/customer_state.hpp"

#include <gtest/gtest.h>

#include "RecoEngine-featurestore/domain/event_feature.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using test::kNow;
using enum EventType;

// Events of one customer, a day's worth of time before kNow by default.
class History {
 public:
  EventData& add(EventType type, Timestamp at) {
    const std::string id = "e" + std::to_string(events_.size());
    return events_.emplace_back(KnownEvent{{EventId{id}, type, UserId{"ann"}, at, {}}, at}).event.data;
  }
  void order(const std::string& id, Timestamp at, std::int64_t minor, std::int64_t discount = 0) {
    EventData& data = add(order_placed, at);
    data.order_id = id;
    data.amount = Money{minor};
    data.discount = Money{discount};
  }
  void of_order(EventType type, const std::string& id, Timestamp at) { add(type, at).order_id = id; }
  void of_nudge(EventType type, const std::string& id, Channel channel, Timestamp at) {
    EventData& data = add(type, at);
    data.nudge_id = id;
    data.channel = channel;
  }
  const std::vector<KnownEvent>& events() const { return events_; }
  // Of one feature; monostate as text when it is not known.
  std::optional<FeatureReading> read(const std::string& feature, Timestamp at = kNow) const {
    const CustomerState state = state_of(events_, at);
    return features_at(FeatureVector{}, &state, at)[find_feature(feature)];
  }
  double number(const std::string& feature, Timestamp at = kNow) const {
    const auto reading = read(feature, at);
    if (!reading) return -1;
    return as_number(reading->value).value_or(-2);
  }

 private:
  std::vector<KnownEvent> events_;
};

TEST(CustomerState, AVisitEndsWithQuietOrByLeaving) {
  History one;
  one.add(login, kNow - hours{10});
  one.add(product_viewed, kNow - hours{10} + minutes{20});
  one.add(search, kNow - hours{10} + minutes{50});  // 30 minutes later: the same visit
  one.add(page_viewed, kNow - hours{9} + minutes{21});
  EXPECT_EQ(one.number("sess_7d"), 2);
  EXPECT_DOUBLE_EQ(one.number("avg_sess_dur"), 25);
  History left;
  left.add(session_started, kNow - hours{2});
  left.add(logout, kNow - hours{2} + minutes{4});
  left.add(login, kNow - hours{2} + minutes{5});
  left.add(session_ended, kNow - minutes{40});  // long after it was over: no visit of its own
  EXPECT_EQ(left.number("sess_7d"), 2);
  EXPECT_DOUBLE_EQ(left.number("avg_sess_dur"), 2);
}

TEST(CustomerState, TheVisitThatGoesOnDoesNotHideHowLongTheCustomerWasAway) {
  History visits;
  visits.add(login, kNow - days{40});
  EXPECT_EQ(visits.number("days_last_login"), 40);
  visits.add(login, kNow - minutes{5});
  EXPECT_EQ(visits.number("days_last_login"), 39);
  EXPECT_EQ(visits.number("days_last_login", kNow + days{2}), 2);
  History first;
  first.add(login, kNow - minutes{5});
  EXPECT_FALSE(first.read("days_last_login"));
}

TEST(CustomerState, OrdersCountUntilTheyAreCancelled) {
  History orders;
  orders.order("o1", kNow - days{100}, 1'000);
  orders.order("o2", kNow - days{50}, 1'500, 100);
  orders.order("o3", kNow - days{20}, 5'000);
  EXPECT_EQ(orders.number("orders_6m"), 3);
  EXPECT_EQ(orders.number("days_last_purch"), 20);
  EXPECT_DOUBLE_EQ(orders.number("avg_order_val"), 25);
  EXPECT_DOUBLE_EQ(orders.number("discount_dep"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(orders.number("purch_freq_90d"), 2.0 / 3);
  EXPECT_EQ(orders.number("last_hv_purch"), 20);
  orders.of_order(order_cancelled, "o3", kNow - days{19});
  orders.of_order(order_cancelled, "o3", kNow - days{18});
  EXPECT_EQ(orders.number("orders_6m"), 2);
  EXPECT_EQ(orders.number("days_last_purch"), 50);
  EXPECT_EQ(orders.number("last_hv_purch"), 50);
  EXPECT_DOUBLE_EQ(orders.number("avg_order_val"), 12.5);
  EXPECT_EQ(orders.number("orders_6m", kNow + days{200}), 0) << "whole, and none";
}

TEST(CustomerState, AnOrderIsRefundedOnceAndACancelledOneNever) {
  History orders;
  orders.order("o1", kNow - days{30}, 1'000);
  orders.order("o2", kNow - days{20}, 1'000);
  orders.of_order(order_refunded, "o1", kNow - days{10});
  orders.of_order(order_refunded, "o1", kNow - days{9});
  EXPECT_DOUBLE_EQ(orders.number("refund_rate"), 0.5);
  EXPECT_EQ(orders.number("refund_req"), 1);
  orders.of_order(order_refunded, "o2", kNow - days{8});
  orders.of_order(order_cancelled, "o2", kNow - days{8} + minutes{1});
  EXPECT_EQ(orders.number("refund_req"), 1);
  EXPECT_EQ(orders.number("orders_6m"), 1);
  orders.order("o4", kNow - days{3}, 10);
  orders.of_order(order_cancelled, "o4", kNow - days{3} + minutes{1});
  orders.of_order(order_refunded, "o4", kNow - days{3} + minutes{2});
  EXPECT_EQ(orders.number("refund_req"), 1);
}

TEST(CustomerState, CartsAreLeftOrBought) {
  History cart;
  cart.add(cart_changed, kNow - hours{5}).item_count = 2;
  EXPECT_EQ(cart.number("cart_no_buy"), 1);
  EXPECT_EQ(cart.number("cart_item_cnt"), 2);
  cart.add(cart_abandoned, kNow - hours{4});
  EXPECT_EQ(cart.number("abandon_count"), 1);
  EXPECT_DOUBLE_EQ(cart.number("cart_abandon"), 1);
  EXPECT_TRUE(cart.read("last_abandon_at")->value == FeatureValue{to_rfc3339(kNow - hours{4})});
  cart.order("o1", kNow - hours{3}, 100);
  cart.add(cart_changed, kNow - hours{3} + minutes{1}).item_count = 0;
  EXPECT_EQ(cart.number("cart_no_buy"), 0);
  EXPECT_EQ(cart.number("cart_item_cnt"), 0);
  EXPECT_DOUBLE_EQ(cart.number("cart_abandon"), 0.5);
  EXPECT_EQ(cart.number("abandon_count", kNow + days{31}), 0);
}

TEST(CustomerState, TicketsAndTheirRatings) {
  History tickets;
  tickets.add(ticket_opened, kNow - days{10});
  EventData& closed = tickets.add(ticket_closed, kNow - days{9});
  closed.resolution_hours = 20;
  closed.score = 2;
  tickets.add(ticket_opened, kNow - days{5});
  tickets.add(ticket_closed, kNow - days{4}).resolution_hours = 10;
  EXPECT_EQ(tickets.number("tickets_90d"), 2);
  EXPECT_DOUBLE_EQ(tickets.number("avg_ticket_res"), 15);
  EXPECT_DOUBLE_EQ(tickets.number("csat_score"), 2);
  tickets.add(ticket_rated, kNow - days{3}).score = 5;
  EXPECT_DOUBLE_EQ(tickets.number("csat_score"), 5);
  EXPECT_EQ(tickets.number("tickets_90d", kNow + days{82}), 1);
}

TEST(CustomerState, NudgesAreAnsweredOrNot) {
  History nudges;
  nudges.of_nudge(nudge_delivered, "n1", Channel::push, kNow - days{20});
  nudges.of_nudge(nudge_opened, "n1", Channel::push, kNow - days{20} + hours{3});
  nudges.of_nudge(nudge_delivered, "n2", Channel::push, kNow - days{19});
  nudges.of_nudge(nudge_delivered, "n3", Channel::email, kNow - days{18});
  EXPECT_FALSE(nudges.read("retention_resp", kNow - days{12})) << "there is time yet";
  EXPECT_TRUE(nudges.read("retention_resp", kNow - days{11})->value == FeatureValue{std::string{"neutral"}});
  nudges.of_nudge(nudge_clicked, "n3", Channel::email, kNow - days{10});
  EXPECT_TRUE(nudges.read("retention_resp")->value == FeatureValue{std::string{"positive"}});
  EXPECT_DOUBLE_EQ(nudges.number("push_open_rate"), 0.5);
  EXPECT_DOUBLE_EQ(nudges.number("email_ctr"), 1);
  EXPECT_FALSE(nudges.read("inapp_ctr"));
  EXPECT_DOUBLE_EQ(nudges.number("promo_resp_time"), (3 + 8 * 24) / 2.0);
}

TEST(CustomerState, ClicksOfVisits) {
  History visits;
  visits.add(page_viewed, kNow - days{2});
  EXPECT_FALSE(visits.read("bounce_flag", kNow - days{2} + minutes{10})) << "it may go on";
  EXPECT_EQ(visits.number("bounce_flag"), 1);
  visits.add(search, kNow - days{1});
  visits.add(product_viewed, kNow - days{1} + minutes{1});
  visits.add(page_viewed, kNow - days{1} + minutes{2}).page = "guide";
  EXPECT_EQ(visits.number("bounce_flag"), 0);
  EXPECT_EQ(visits.number("curr_sess_clk"), 3);
  EXPECT_DOUBLE_EQ(visits.number("ctr_10_sess"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(visits.number("content_engage"), 0.5);
}

TEST(CustomerState, WhatWentWrong) {
  History wrong;
  wrong.order("o1", kNow - days{4}, 100);
  wrong.of_order(payment_failed, "o2", kNow - days{3});
  wrong.of_order(delivery_late, "o1", kNow - days{2});
  wrong.add(out_of_stock_seen, kNow - days{1}).product_id = "p";
  EXPECT_EQ(wrong.number("pay_fails_90d"), 1);
  EXPECT_EQ(wrong.number("late_deliv_90d"), 1);
  EXPECT_EQ(wrong.number("oos_seen_30d"), 1);
}

TEST(CustomerState, NobodyKnowsThatNothingWentWrongWhereNobodyTellsOfIt) {
  History quiet;
  quiet.order("o1", kNow - days{120}, 100);
  quiet.add(login, kNow - days{100});
  EXPECT_FALSE(quiet.read("late_deliv_90d")) << "an order says nothing of its delivery";
  EXPECT_EQ(quiet.number("pay_fails_90d"), 0) << "who tells orders tells payments that failed";
  EXPECT_EQ(quiet.number("oos_seen_30d"), 0) << "who tells visits tells what was sold out in them";
  quiet.of_order(delivery_late, "o1", kNow - days{110});
  EXPECT_EQ(quiet.number("late_deliv_90d"), 0) << "late once, and not again";
  History new_here;
  new_here.add(ticket_opened, kNow - days{1});
  for (const char* feature : {"pay_fails_90d", "late_deliv_90d", "oos_seen_30d"})
    EXPECT_FALSE(new_here.read(feature)) << feature;
}

TEST(CustomerState, WhatHappensLaterChangesNothing) {
  History past;
  past.order("o1", kNow - days{30}, 1'000);
  past.add(login, kNow - days{3});
  const CustomerState before = state_of(past.events(), kNow);
  past.order("o2", kNow + milliseconds{1}, 9'999);
  EXPECT_EQ(state_of(past.events(), kNow), before);
  EXPECT_NE(state_of(past.events(), kNow + milliseconds{1}), before);
}

TEST(CustomerState, ForgetsDaysThatNoWindowReaches) {
  History years;
  for (int day = 0; day < 800; ++day) years.add(login, kNow - days{800 - day});
  const CustomerState state = state_of(years.events(), kNow);
  EXPECT_LE(state.days.size(), static_cast<std::size_t>(kDaysCounted) + 1);
  EXPECT_EQ(state.visits.size(), kRecentVisits);
  EXPECT_EQ(years.number("sess_30d"), 29);
}

// --- two sources

FeatureVector ingested(const std::string& feature, FeatureValue value, Timestamp at) {
  FeatureVector vector;
  vector.set(find_feature(feature), std::move(value), at);
  return vector;
}
FeatureValue resolved(const std::string& feature, const FeatureVector& told, const History& history, Timestamp at) {
  const CustomerState state = state_of(history.events(), at);
  const auto vector = features_at(told, &state, at);
  return vector[find_feature(feature)]->value;
}

// --- how old it is

TEST(FeatureAges, OfACountItIsTheNewestEventOfItsSourceNotTheMomentOfAsking) {
  History one;
  one.add(ticket_opened, kNow - days{20});
  one.add(login, kNow - days{9});
  one.of_nudge(nudge_delivered, "n1", Channel::push, kNow - days{8});
  one.of_nudge(nudge_opened, "n1", Channel::push, kNow - days{7});
  one.of_nudge(nudge_delivered, "n2", Channel::email, kNow - days{6});
  EXPECT_EQ(one.read("sess_30d")->at, kNow - days{9});
  EXPECT_EQ(one.read("sess_30d", kNow + days{60})->at, kNow - days{9}) << "silence makes it no younger";
  EXPECT_EQ(one.read("tickets_90d")->at, kNow - days{20});
  EXPECT_EQ(one.read("push_open_rate")->at, kNow - days{7}) << "an answer is heard, too";
  EXPECT_EQ(one.read("promo_resp_time")->at, kNow - days{6}) << "of all three kinds";
  one.order("o1", kNow - days{5}, 100);
  one.of_order(order_cancelled, "o1", kNow - days{4});
  EXPECT_EQ(one.read("orders_6m")->at, kNow - days{4});
}

TEST(FeatureAges, EventsReachBackAYear) {
  History one;
  one.order("o1", kNow - days{365}, 100);
  one.add(ticket_opened, kNow - days{300});
  EXPECT_EQ(one.number("days_last_purch"), 365);
  EXPECT_EQ(one.number("orders_6m"), 0);
  EXPECT_EQ(one.number("tickets_90d"), 0);
  const Timestamp later = kNow + milliseconds{1};
  EXPECT_FALSE(one.read("days_last_purch", later));
  EXPECT_FALSE(one.read("orders_6m", later)) << "of orders nothing was heard for a year";
  EXPECT_EQ(one.number("tickets_90d", later), 0) << "of tickets it was";
  one.add(login, later);
  EXPECT_FALSE(one.read("days_last_login", later)) << "as of somebody new";
}

TEST(TwoSources, OfAWordAndOfAnAgeTheNewerHolds) {
  History events;
  events.add(ticket_rated, kNow - days{2}).score = 4;
  events.order("o1", kNow - days{10}, 100);
  EXPECT_TRUE(resolved("csat_score", ingested("csat_score", 1.0, kNow - days{3}), events, kNow) == FeatureValue{4.0});
  EXPECT_TRUE(resolved("csat_score", ingested("csat_score", 1.0, kNow - days{1}), events, kNow) == FeatureValue{1.0});
  const auto three = FeatureValue{std::int64_t{3}};
  EXPECT_TRUE(resolved("days_last_purch", ingested("days_last_purch", three, kNow - days{1}), events, kNow) == three)
      << "told after the order that events know: there was a later one elsewhere";
  EXPECT_TRUE(resolved("days_last_purch", ingested("days_last_purch", three, kNow - days{11}), events, kNow) ==
              FeatureValue{std::int64_t{10}});
}

TEST(TwoSources, WhatWasIngestedHoldsNothingBackOnceItsTimeIsOver) {
  History events;
  events.order("o1", kNow - days{50}, 100);
  const FeatureVector told = ingested("days_last_purch", FeatureValue{std::int64_t{3}}, kNow - days{31});
  EXPECT_TRUE(resolved("days_last_purch", told, events, kNow - days{1}) == FeatureValue{std::int64_t{3}});
  EXPECT_TRUE(resolved("days_last_purch", told, events, kNow) == FeatureValue{std::int64_t{50}});
}

TEST(TwoSources, ACountHoldsOnceItIsWholeOrNobodyElseGaveOne) {
  History events;
  events.add(login, kNow - days{6});
  const auto twelve = FeatureValue{std::int64_t{12}};
  const FeatureVector told = ingested("sess_7d", twelve, kNow - days{6} - hours{1});
  EXPECT_TRUE(resolved("sess_7d", told, events, kNow) == twelve) << "what came before the first event is not known";
  EXPECT_TRUE(resolved("sess_7d", told, events, kNow + days{1}) == FeatureValue{std::int64_t{0}}) << "whole";
  EXPECT_TRUE(resolved("sess_7d", FeatureVector{}, events, kNow) == FeatureValue{std::int64_t{1}});
  History late;
  late.add(login, kNow - days{2});
  EXPECT_TRUE(resolved("sess_7d", ingested("sess_7d", twelve, kNow - days{8}), late, kNow) ==
              FeatureValue{std::int64_t{1}})
      << "what was ingested is stale";
}

TEST(CustomerState, TellsTheRhythmOfTheLastYearsOrders) {
  History orders;
  orders.order("long_ago", kNow - days{400}, 1'000);
  orders.order("o1", kNow - days{100}, 1'000);
  EXPECT_EQ(orders.number("orders_12m"), 1);
  EXPECT_EQ(orders.number("first_order_d"), 100);
  EXPECT_EQ(orders.number("order_gap"), -1) << "of one order nobody knows";
  orders.order("o2", kNow - days{50}, 1'000);
  orders.order("o3", kNow - days{20}, 1'000);
  EXPECT_EQ(orders.number("orders_12m"), 3);
  EXPECT_EQ(orders.number("first_order_d"), 100);
  EXPECT_EQ(orders.number("order_gap"), 40);
  EXPECT_EQ(orders.number("order_late"), 0.5);
  orders.order("o3_too", kNow - days{20}, 1'000);
  EXPECT_EQ(orders.number("orders_12m"), 3) << "who divides a purchase does not buy more often";
  EXPECT_EQ(orders.number("order_gap"), 40);
  for (const char* order : {"o3", "o3_too"}) orders.of_order(order_cancelled, order, kNow - days{19});
  EXPECT_EQ(orders.number("orders_12m"), 2);
  EXPECT_EQ(orders.number("order_gap"), 50);
  EXPECT_EQ(orders.number("order_late"), 1);
  History at_once;
  at_once.order("o1", kNow - days{3}, 1'000);
  at_once.order("o2", kNow - days{3}, 1'000);
  EXPECT_EQ(at_once.number("orders_12m"), 1);
  EXPECT_EQ(at_once.number("order_late"), -1);
}

TEST(TwoSources, EveryFeatureThatEventsInformIsInTheTableOnceAndInItsForm) {
  History all;
  for (int i = 0; i < 3; ++i) {
    const Timestamp at = kNow - days{20 - i};
    all.order("o" + std::to_string(i), at, 1'000 + 9'000 * i, 10);
    all.add(cart_changed, at + hours{1}).item_count = 1;
    all.add(cart_abandoned, at + hours{2});
    all.add(page_viewed, at + hours{3});
    all.add(product_viewed, at + hours{3});
    all.of_order(delivery_late, "o" + std::to_string(i), at + hours{3});
    all.add(ticket_opened, at + hours{4});
    EventData& closed = all.add(ticket_closed, at + hours{5});
    closed.score = 3;
    closed.resolution_hours = 2;
    for (const auto channel : {Channel::push, Channel::email, Channel::app}) {
      const std::string id = "n" + std::to_string(i) + std::string{to_string(channel)};
      all.of_nudge(nudge_delivered, id, channel, at + hours{6});
      all.of_nudge(nudge_clicked, id, channel, at + hours{7});
    }
  }
  const CustomerState state = state_of(all.events(), kNow);
  const FeatureVector vector = features_at(FeatureVector{}, &state, kNow);
  std::vector<std::size_t> seen;
  for (const EventFeature& feature : event_features()) {
    const std::size_t row = find_feature(feature.feature);
    ASSERT_NE(row, kNoFeature) << feature.feature;
    EXPECT_EQ(std::ranges::count(seen, row), 0) << feature.feature;
    seen.push_back(row);
    ASSERT_TRUE(vector[row]) << feature.feature;
    const auto accepted = accept(feature_table()[row], vector[row]->value);
    ASSERT_TRUE(accepted) << feature.feature << ": " << accepted.error().detail;
    EXPECT_TRUE(*accepted == vector[row]->value) << feature.feature << " is not in the table's form";
  }
}

}  // namespace
}  // namespace qm::reco
