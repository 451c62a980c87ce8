#include "RecoEngine-featurestore/training/purchase_events.hpp"

#include <gtest/gtest.h>

#include "RecoEngine-featurestore/domain/event_feature.hpp"
#include "RecoEngine-featurestore/training/purchases_fixture.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using test::kNow;

PurchaseHistory buyer() {
  PurchaseHistory history{"13085", {}, {}};
  history.purchases = {{kNow - days{60}, Money{5'000}, 2, 7, {"85048", "22041"}},
                       {kNow - days{30}, Money{2'000}, 1, 1, {"84879"}},
                       {kNow - days{10}, Money{9'000}, 1, 3, {"85048"}}};
  return history;
}

TEST(PurchaseEvents, TellAnOrderWithAllThatIsKnownOfIt) {
  const auto told = events_of(buyer(), "online_retail_ii");
  ASSERT_EQ(told.events.size(), 3U);
  const Event& first = told.events.front();
  EXPECT_EQ(first.type, EventType::order_placed);
  EXPECT_EQ(first.user_id.str(), "online_retail_ii_13085");
  EXPECT_EQ(first.at, kNow - days{60});
  EXPECT_EQ(first.data.amount, Money{5'000});
  EXPECT_EQ(first.data.item_count, 7);
  EXPECT_EQ(first.data.product_ids, (std::vector<std::string>{"85048", "22041"}));
  EXPECT_TRUE(is_valid_id(first.id.str())) << first.id.str();
  EXPECT_EQ(why_not_taken(first, kNow, {hours{24}, hours{24 * 365}}, true), "");
}

TEST(PurchaseEvents, AReturnIsOfTheLatestOrderThatFits) {
  const struct {
    const char* what;
    PurchaseReturn back;
    int order;  // place among the orders; −1: nothing is told
    EventType type;
  } cases[] = {
      {"its product, in part", {kNow - days{5}, Money{1'000}, 1, 1, {"22041"}}, 0, EventType::order_refunded},
      {"of two with the product the later", {kNow - days{5}, Money{9'000}, 1, 3, {"85048"}}, 2,
       EventType::order_cancelled},
      {"not of one that was still to come", {kNow - days{20}, Money{1'000}, 1, 1, {"85048"}}, 0,
       EventType::order_refunded},
      {"a product that nobody bought: the latest", {kNow - days{5}, Money{1'000}, 1, 1, {"1"}}, 2,
       EventType::order_refunded},
      {"no products: the latest worth as much", {kNow - days{20}, Money{2'500}, 1, 1, {}}, 0,
       EventType::order_refunded},
      {"all of it", {kNow - days{20}, Money{2'000}, 1, 1, {}}, 1, EventType::order_cancelled},
      {"of what was bought before the data begins", {kNow - days{70}, Money{1'000}, 1, 1, {"85048"}}, -1,
       EventType::order_refunded},
  };
  for (const auto& c : cases) {
    PurchaseHistory history = buyer();
    history.returns.push_back(c.back);
    const auto told = events_of(history, "shop");
    EXPECT_EQ(told.returns_without_order, c.order < 0 ? 1 : 0) << c.what;
    ASSERT_EQ(told.events.size(), c.order < 0 ? 3U : 4U) << c.what;
    EXPECT_TRUE(std::ranges::is_sorted(told.events, happened_before)) << c.what;
    if (c.order < 0) continue;
    const auto event =
        std::ranges::find_if(told.events, [](const Event& each) { return each.type != EventType::order_placed; });
    EXPECT_EQ(event->type, c.type) << c.what;
    EXPECT_EQ(event->at, c.back.at) << c.what;
    const auto ordered = std::ranges::find(told.events, history.purchases[static_cast<std::size_t>(c.order)].at,
                                           &Event::at);
    EXPECT_EQ(event->data.order_id, ordered->data.order_id) << c.what;
  }
}

TEST(PurchaseEvents, MoveByWholeDaysAndKeepTheirIds) {
  const auto later = days_until(kNow - days{10}, kNow + hours{5});
  EXPECT_EQ(later, days{10});
  EXPECT_EQ(days_until(kNow, kNow - hours{1}), days{-1}) << "never beyond the end";
  const auto as_told = events_of(buyer(), "shop"), moved = events_of(buyer(), "shop", later);
  for (std::size_t i = 0; i < moved.events.size(); ++i) {
    EXPECT_EQ(moved.events[i].at, as_told.events[i].at + days{10});
    EXPECT_EQ(moved.events[i].id, as_told.events[i].id);
  }
}

// The two functions that serve make of them what the histories say.
TEST(PurchaseEvents, GiveTheFeaturesThatTheHistorySays) {
  const PurchaseData data = simulated_purchases(50, 5);
  for (const PurchaseHistory& history : data.customers) {
    std::vector<KnownEvent> known;
    for (Event& event : events_of(history, "shop").events) known.push_back({event, event.at});
    std::int64_t orders = 0;
    for (const Purchase& bought : history.purchases) orders += day_of(bought.at) > day_of(kNow) - 90;
    const CustomerState state = state_of(known, kNow);
    const FeatureVector features = features_at({}, &state, kNow);
    const auto& last = features[find_feature("days_last_purch")];
    ASSERT_EQ(last.has_value(), history.purchases.back().at >= kNow - kEventReach);
    if (!last) continue;
    EXPECT_EQ(as_number(last->value),
              static_cast<double>(std::chrono::floor<days>(kNow - history.purchases.back().at).count()));
    EXPECT_EQ(as_number(features[find_feature("purch_freq_90d")]->value), static_cast<double>(orders) / 3);
  }
}

}  // namespace
}  // namespace qm::reco
