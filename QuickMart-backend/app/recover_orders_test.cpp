// What becomes of orders whose process died, stalled or has a wrong clock.
#include "QuickMart-backend/app/orders_fixture.hpp"

namespace qm::shop {
namespace {

using test::kNow;

class RecoverOrdersTest : public OrdersFixture {};

// Dies at each write of a checkout in turn; what comes after the restart must make it whole, and the same key must
// lead to one order.
TEST_F(RecoverOrdersTest, PaidButCrashedBeforeConfirmationIsUndoneAndSoIsEveryOtherStep) {
  sell("pen", 5000, 1'000);
  sell("ink", 300, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      const UserId user = users.back();
      fill(user, "pen", 1);
      fill(user, "ink", 2);
      kv_.die_after(writes, last);
      const auto answer = run(app_.place.run(request(user, "k", "SAVE")));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.place.run(request(user, "k", "SAVE")));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      if (answer) EXPECT_EQ(again->id, answer->id) << where;
      const auto orders = orders_of(user);
      EXPECT_EQ(std::ranges::count(orders, OrderStatus::confirmed, &Order::status), 1) << where;
      EXPECT_TRUE(run(carts_.get(user))->lines.empty()) << where;
      expect_all_adds_up(users, where + ", asked again");
      EXPECT_EQ(owed_of(kv_, user.str()), "coupon_redeemed order_placed ") << where;
      ASSERT_LT(writes, 100);
    }
  }
  EXPECT_GT(users.size(), 20u);
}

TEST_F(RecoverOrdersTest, ACancellationThatCrashedIsCarriedThrough) {
  sell("pen", 5000, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      const UserId user = users.back();
      fill(user, "pen", 1);
      const auto order = run(app_.place.run(request(user, "k", "SAVE")));
      ASSERT_TRUE(order) << order.error().detail;
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.customer.cancel(user, order->id)));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.customer.cancel(user, order->id));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      expect_all_adds_up(users, where + ", asked again");
      EXPECT_EQ(owed_of(kv_, user.str()), "coupon_redeemed order_cancelled order_placed order_refunded ") << where;
      ASSERT_LT(writes, 100);
    }
  }
  EXPECT_EQ(stock("pen").available, 1'000);
}

// The power fails: what no durable write followed is lost, whatever was answered to the steps in between.
TEST_F(RecoverOrdersTest, APowerLossTakesNothingThatWasAnsweredAndLeavesNothingHalfDone) {
  sell("pen", 5000, 1'000);
  sell("ink", 300, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  bool died = true;
  for (int writes = 0; died; ++writes) {
    const std::string where = "power lost at write " + std::to_string(writes);
    users.emplace_back("user_" + std::to_string(users.size()));
    const UserId user = users.back();
    fill(user, "pen", 1);
    fill(user, "ink", 2);
    kv_.die_after(writes, DyingStore::Last::Done);
    const auto answer = run(app_.place.run(request(user, "k", "SAVE")));
    died = kv_.is_dead();
    ASSERT_TRUE(run(kv_.lose_power()));
    recover();
    expect_all_adds_up(users, where);
    if (answer) EXPECT_EQ(std::ranges::count(orders_of(user), answer->id, &Order::id), 1) << where;
    const auto again = run(app_.place.run(request(user, "k", "SAVE")));
    ASSERT_TRUE(again) << where << ": " << again.error().detail;
    if (answer) EXPECT_EQ(again->id, answer->id) << where;
    const auto orders = orders_of(user);
    EXPECT_EQ(std::ranges::count(orders, OrderStatus::confirmed, &Order::status), 1) << where;
    expect_all_adds_up(users, where + ", asked again");
    ASSERT_LT(writes, 100);
  }
  EXPECT_GT(users.size(), 10u);
}

TEST_F(RecoverOrdersTest, RecoveryDoesNotFallBehindACrowdOfAbandonedOrders) {
  constexpr int kCrowd = 350;
  for (int i = 0; i < kCrowd; ++i) {
    Order order;
    order.id = OrderId{"ord_" + std::to_string(i)};
    order.user_id = ann_;
    order.progress = OrderProgress::placing;
    order.created_at = clock_.now();
    order.lease_until = clock_.now();
    ASSERT_TRUE(run(orders_.replace(order)));
  }
  EXPECT_EQ(run(app_.recover.run()).value(), kCrowd);
  EXPECT_TRUE(run(orders_.abandoned(clock_.now() + kOrderLease * 2, 10))->empty());
}

TEST_F(RecoverOrdersTest, SeveralInstancesMayRecoverAtOnce) {
  sell("pen", 5000, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  for (int writes = 2; writes < 16; ++writes) {
    users.emplace_back("user_" + std::to_string(writes));
    fill(users.back(), "pen", 1);
    kv_.die_after(writes, DyingStore::Last::Done);
    static_cast<void>(run(app_.place.run(request(users.back(), "k", "SAVE"))));
    kv_.revive();
  }
  clock_.advance(kOrderLease + std::chrono::seconds{1});
  std::vector<Task<Result<int>>> tasks;
  for (int i = 0; i < 6; ++i) tasks.push_back(app_.recover.run());
  run_all(std::move(tasks));
  recover();
  expect_all_adds_up(users, "recovered by many");
}

// A process that stalled for longer than its lease wakes and goes on with an order that was undone meanwhile.
TEST_F(RecoverOrdersTest, AStepThatComesAfterItsOrderWasUndoneIsGivenBack) {
  sell("pen", 5000, 10);
  give_out("SAVE", PercentOff{BasisPoints{1000}}, 1);
  fill(ann_, "pen", 2);
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k1", "SAVE", "declined"))));
  const OrderId undone = orders_of(ann_).front().id;
  ASSERT_TRUE(run(stock_.reserve(SkuId{"pen"}, undone, 2)));
  const Coupon coupon = run(coupons_.find("SAVE")).value();
  ASSERT_TRUE(run(coupon_app_.hold.reserve(ann_, coupon, use_of(undone), Money{1000})));
  EXPECT_FALSE(run(payments_.authorise(undone, Money{1}, "card")));
  recover();
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(uses_of("SAVE"), 0);
  expect_all_adds_up({ann_}, "late steps");
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "SAVE"))));
}

// Two workers cancelled it at once, and the slower one puts the goods back after the faster one was through.
TEST_F(RecoverOrdersTest, GoodsComeBackOnceHoweverLateAWorkerWakes) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 2);
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought);
  ASSERT_TRUE(run(app_.customer.cancel(ann_, bought->id)));
  recover();
  PutBack late{bought->id.str(), ""};
  ASSERT_TRUE(run(stock_.put_back(SkuId{"pen"}, late, 2)));
  EXPECT_EQ(stock("pen").available, 10);
  expect_all_adds_up({ann_}, "put back late");
  clock_.advance(std::chrono::hours{2});
  recover();
  EXPECT_TRUE(stock("pen").returned.empty());
}

TEST_F(RecoverOrdersTest, ARefundThatCrashedIsCarriedThrough) {
  sell("pen", 5000, 1'000);
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      fill(users.back(), "pen", 3);
      const auto order = run(app_.place.run(request(users.back(), "k")));
      ASSERT_TRUE(order) << order.error().detail;
      const RefundRequest asked = refund_of("r1", {{SkuId{"pen"}, 1, true}, {SkuId{"pen"}, 1, false}});
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.staff.refund(order->id, asked)));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.staff.refund(order->id, asked));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      EXPECT_EQ(again->refunds.size(), 1u) << where;
      expect_all_adds_up(users, where + ", asked again");
      EXPECT_EQ(owed_of(kv_, users.back().str()), "order_placed order_refunded ") << where;
      ASSERT_LT(writes, 100);
    }
  }
}

TEST_F(RecoverOrdersTest, AMoveIsToldWhereverTheProcessDies) {
  sell("pen", 5000, 1'000);
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes);
      users.emplace_back("user_" + std::to_string(users.size()));
      fill(users.back(), "pen", 1);
      const auto order = run(app_.place.run(request(users.back(), "k")));
      ASSERT_TRUE(order) << order.error().detail;
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.staff.advance(order->id, OrderStatus::processing, "staff")));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      const Order moved = run(orders_.get(order->id))->order;
      EXPECT_EQ(moved.progress, OrderProgress::none) << where;
      expect_events_noted(moved, where);
    }
  }
}

// Among checkouts, as one more of them that buys nothing; it begins `late` turns after them.
Task<Result<Order>> recover_after(RecoverOrders& recover, int late) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  constexpr boost::asio::use_awaitable_t<Executor> kAwait{};
  for (int turn = 0; turn < late; ++turn) co_await boost::asio::post(executor, kAwait);
  for (int i = 0; i < 5; ++i) {
    auto settled = co_await recover.run();
    if (!settled) co_return settled.error();
  }
  co_return Error{ErrorKind::Conflict, "This was no checkout."};
}

// One instance's clock is far ahead: it takes orders over while the other one is still at work on them, whatever step
// that has come to. Nothing may be lost or doubled by that; only time is.
TEST_F(RecoverOrdersTest, ClockSkewBetweenInstancesLosesAndDoublesNothing) {
  sell("pen", 5000, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  ManualClock ahead{kNow + std::chrono::minutes{10}};
  CouponApp hasty_coupons{{coupons_, held_, campaigns_, first_orders_, orders_, users_, ahead, events_}};
  OrderApp hasty{{orders_, stock_, carts_, hasty_coupons, payments_, catalog_store_, catalog_, saga_, ahead, events_,
                  merchant_, views_}};
  std::vector<UserId> all;
  int taken_over = 0, bought = 0;
  for (int late = 0; late < 60; ++late) {
    const std::string where = "skewed, " + std::to_string(late) + " turns late";
    std::vector<UserId> users;
    std::vector<Task<Result<Order>>> tasks;
    for (const char* who : {"a", "b", "c"}) {
      users.emplace_back("user_" + std::to_string(late) + who);
      fill(users.back(), "pen", 1);
    }
    for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k", "SAVE")));
    tasks.push_back(recover_after(hasty.recover, late));
    for (const auto& result : run_in_turns(std::move(tasks))) {
      bought += result ? 1 : 0;
      taken_over += result ? 0 : 1;
      if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << where << ": " << result.error().detail;
    }
    all.insert(all.end(), users.begin(), users.end());
    ahead.advance(std::chrono::minutes{20});
    recover();
    expect_all_adds_up(all, where);
    for (const UserId& user : users) {
      const auto again = run(app_.place.run(request(user, "k", "SAVE")));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      EXPECT_EQ(std::ranges::count(orders_of(user), OrderStatus::confirmed, &Order::status), 1) << where;
    }
    expect_all_adds_up(all, where + ", asked again");
  }
  EXPECT_GT(taken_over - 60, 10);
  EXPECT_GT(bought, 10);
}

}  // namespace
}  // namespace qm::shop
