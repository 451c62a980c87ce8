// Orders that stand: cancelled, refunded, told of.
#include "QuickMart-backend/app/orders_fixture.hpp"

namespace qm::shop {
namespace {

class OrdersTest : public OrdersFixture {};

TEST_F(OrdersTest, CancellingGivesBackMoneyGoodsAndCouponOnce) {
  sell("pen", 5000, 10);
  give_out("SAVE", PercentOff{BasisPoints{1000}}, 1);
  fill(ann_, "pen", 2);
  const auto order = run(app_.place.run(request(ann_, "k1", "SAVE")));
  ASSERT_TRUE(order) << order.error().detail;
  EXPECT_EQ(run(app_.customer.cancel(UserId{"bob"}, order->id)).error().kind, ErrorKind::NotFound);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(app_.customer.cancel(ann_, order->id));
  run_all(std::move(tasks));
  const auto cancelled = run(app_.customer.cancel(ann_, order->id));
  ASSERT_TRUE(cancelled) << cancelled.error().detail;
  EXPECT_EQ(cancelled->status, OrderStatus::cancelled);
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(stock("pen").restocked, 2);
  EXPECT_EQ(uses_of("SAVE"), 0);
  expect_all_adds_up({ann_}, "cancelled");
  fill(ann_, "pen", 1);
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "SAVE"))));
}

TEST_F(OrdersTest, AnOrdersEventSaysWhatWasBought) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order) << order.error().detail;
  const auto owed = owed_events(kv_);
  ASSERT_EQ(owed.size(), 1u);
  const contracts::Event& event = owed.begin()->second;
  EXPECT_EQ(event.event_id, "order_placed." + order->id.str());
  EXPECT_EQ(event.data.order_id, order->id.str());
  EXPECT_EQ(event.data.amount, json::to_wire(order->totals.total()));
  EXPECT_EQ(event.data.item_count, 4);
  EXPECT_EQ(event.data.product_ids, std::vector<std::string>{"pen"});
}

TEST_F(OrdersTest, RefundTwiceGivesTheMoneyBackOnce) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 4);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(app_.staff.refund(order->id, refund_of("r1", {{SkuId{"pen"}, 1, true}})));
  run_all(std::move(tasks));
  const auto refunded_once = run(app_.staff.refund(order->id, refund_of("r1", {{SkuId{"pen"}, 1, true}})));
  ASSERT_TRUE(refunded_once) << refunded_once.error().detail;
  EXPECT_EQ(refunded_once->refunds.size(), 1u);
  EXPECT_EQ(refunded(*refunded_once), Money{5400});
  EXPECT_EQ(stock("pen").restocked, 1);
  expect_all_adds_up({ann_}, "refunded once");
  RefundRequest other = refund_of("r1", {});
  other.fingerprint = "g";
  EXPECT_EQ(run(app_.staff.refund(order->id, other)).error().kind, ErrorKind::Invalid);
  // Not more pieces than are left, not all of what was never sent.
  EXPECT_EQ(run(app_.staff.refund(order->id, refund_of("r2", {{SkuId{"pen"}, 4, true}}))).error().kind,
            ErrorKind::Conflict);
  EXPECT_EQ(run(app_.staff.refund(order->id, refund_of("r3", {}))).error().kind, ErrorKind::Conflict);
  // What is left goes back with a cancellation.
  ASSERT_TRUE(run(app_.staff.cancel(order->id, "staff")));
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(run(ledger_.get(sandbox::PaymentId{order->id.str()}))->refunded(), order->totals.total());
  expect_all_adds_up({ann_}, "cancelled after a refund");
}

TEST_F(OrdersTest, ADeliveredOrderIsRefundedWholeAndKeepsWhatCannotBeSoldAgain) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 2);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order);
  EXPECT_EQ(run(app_.staff.advance(order->id, OrderStatus::delivered, "staff")).error().kind, ErrorKind::Conflict);
  for (const auto status : {OrderStatus::processing, OrderStatus::shipped, OrderStatus::delivered})
    ASSERT_TRUE(run(app_.staff.advance(order->id, status, "staff")));
  EXPECT_EQ(run(app_.customer.cancel(ann_, order->id)).error().kind, ErrorKind::Conflict);
  RefundRequest all = refund_of("r1", {{SkuId{"pen"}, 1, true}, {SkuId{"pen"}, 1, false}});
  all.with_shipping = true;
  const auto whole = run(app_.staff.refund(order->id, all));
  ASSERT_TRUE(whole) << whole.error().detail;
  EXPECT_EQ(whole->status, OrderStatus::refunded);
  EXPECT_EQ(whole->payment_status, PaymentStatus::refunded);
  EXPECT_EQ(stock("pen").available, 9);
  EXPECT_TRUE(stock("pen").adds_up());
  EXPECT_EQ(run(ledger_.get(sandbox::PaymentId{order->id.str()}))->refunded(), order->totals.total());
}

}  // namespace
}  // namespace qm::shop
