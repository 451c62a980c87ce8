#include "QuickMart-backend/app/receive_payment_event.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/dying_store_fixture.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/clients/local_payment_gateway.hpp"

namespace qm::shop {
namespace {

using test::kNow;

class ReceivePaymentEventTest : public testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return await(std::move(task));
  }
  OrderId place(const std::string& id, OrderStatus status, OrderProgress progress = OrderProgress::none) {
    Order order;
    order.id = OrderId{id};
    order.user_id = UserId{"ann"};
    order.totals.subtotal = Money{1'000};
    order.status = status;
    order.progress = progress;
    order.created_at = kNow;
    order.lease_until = kNow;
    EXPECT_TRUE(run(orders_.replace(order)));
    return order.id;
  }
  PaymentEvent event(PaymentEventKind kind, const OrderId& order, std::string id = "evt_1") {
    PaymentEvent event;
    event.provider = "sandbox";
    event.id = std::move(id);
    event.kind = kind;
    event.order = order;
    event.amount = Money{400};
    return event;
  }
  void pay(const OrderId& order, bool captured) {
    ASSERT_TRUE(run(payments_.authorise(order, Money{1'000}, "card")));
    if (captured) ASSERT_TRUE(run(payments_.capture(order)));
  }
  sandbox::Payment payment(const OrderId& order) {
    return run(ledger_.get(sandbox::PaymentId{order.str()})).value();
  }
  std::vector<OrderEvent> history(const OrderId& order) { return run(orders_.get(order))->order.history; }

  ManualClock clock_{kNow};
  kv::DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  OrderStore orders_{kv_};
  PaymentEventStore events_{kv_};
  PaymentReferenceStore references_{kv_};
  sandbox::PaymentLedger ledger_{kv_};
  LocalPaymentGateway payments_{ledger_, clock_};
  ReceivePaymentEvent receive_{{orders_, events_, references_, payments_, clock_}};
};

TEST_F(ReceivePaymentEventTest, AWebhookBeforeCheckoutsAnswerLeavesTheOrderToItsMaker) {
  const OrderId order = place("ord_1", OrderStatus::pending, OrderProgress::placing);
  pay(order, false);
  const auto before = run(orders_.get(order)).value();
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::authorised, order))).value());
  EXPECT_EQ(run(orders_.get(order))->generation, before.generation);  // whoever has the lease goes on undisturbed
  EXPECT_EQ(payment(order).state, sandbox::PaymentState::authorised);
}

TEST_F(ReceivePaymentEventTest, KeepsNoMoneyForADeadOrder) {
  const OrderId authorised = place("ord_1", OrderStatus::cancelled);
  pay(authorised, false);
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::authorised, authorised))).value());
  EXPECT_EQ(payment(authorised).state, sandbox::PaymentState::cancelled);

  const OrderId captured = place("ord_2", OrderStatus::cancelled);
  pay(captured, true);
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::captured, captured, "evt_2"))).value());
  EXPECT_EQ(payment(captured).refunded(), Money{1'000});

  // Old news of an order whose money went back with its cancellation.
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::authorised, captured, "evt_3"))).value());
  EXPECT_EQ(payment(captured).refunded(), Money{1'000});
}

TEST_F(ReceivePaymentEventTest, AnEventIsDealtWithOnce) {
  const OrderId order = place("ord_1", OrderStatus::confirmed);
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::refunded, order))).value());
  EXPECT_FALSE(run(receive_.run(event(PaymentEventKind::refunded, order))).value());
  ASSERT_EQ(history(order).size(), 1u);
  EXPECT_EQ(history(order)[0].what, "4.00 refunded at the gateway (sandbox evt_1)");
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::disputed, order, "evt_2"))).value());
  EXPECT_EQ(history(order).size(), 2u);
}

TEST_F(ReceivePaymentEventTest, WaitsUntilTheOrderIsDecided) {
  const OrderId order = place("ord_1", OrderStatus::pending, OrderProgress::placing);
  const auto early = run(receive_.run(event(PaymentEventKind::refunded, order)));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().kind, ErrorKind::Unavailable);
  place("ord_1", OrderStatus::confirmed);
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::refunded, order))).value());
  EXPECT_EQ(history(order).size(), 1u);
}

TEST_F(ReceivePaymentEventTest, RemembersWhatConcernsNoOrderOfOurs) {
  EXPECT_TRUE(run(receive_.run(event(PaymentEventKind::captured, OrderId{"ord_of_another"}))).value());
  EXPECT_FALSE(run(receive_.run(event(PaymentEventKind::captured, OrderId{"ord_of_another"}))).value());
  PaymentEvent nameless = event(PaymentEventKind::refunded, OrderId{}, "evt_2");
  ASSERT_TRUE(run(references_.open()));
  nameless.reference = "pi_unknown";
  EXPECT_TRUE(run(receive_.run(nameless)).value());
}

TEST_F(ReceivePaymentEventTest, FindsTheOrderByTheProvidersName) {
  ASSERT_TRUE(run(references_.open()));
  const OrderId order = place("ord_1", OrderStatus::confirmed);
  ASSERT_TRUE(run(references_.write_down(order, "pi_1")));
  PaymentEvent dispute = event(PaymentEventKind::disputed, OrderId{});
  dispute.reference = "pi_1";
  EXPECT_TRUE(run(receive_.run(dispute)).value());
  EXPECT_EQ(history(order).size(), 1u);
}

TEST_F(ReceivePaymentEventTest, ADeathAtAnyWriteLeavesAnEventThatIsToldAgain) {
  int lives = 0;
  for (const auto last : {kv::DyingStore::Last::Lost, kv::DyingStore::Last::Done}) {
    for (const bool is_dead_order : {true, false}) {
      bool died = true;
      for (int writes = 0; died; ++writes, ++lives) {
        const std::string id = "ord_" + std::to_string(100 + lives);
        const OrderId order = place(id, is_dead_order ? OrderStatus::cancelled : OrderStatus::confirmed);
        pay(order, true);
        const auto kind = is_dead_order ? PaymentEventKind::captured : PaymentEventKind::refunded;
        const PaymentEvent told = event(kind, order, "evt_" + id);
        kv_.die_after(writes, last);
        const auto first = run(receive_.run(told));
        died = kv_.is_dead();
        EXPECT_NE(first.has_value(), died);
        kv_.revive();
        EXPECT_TRUE(run(receive_.run(told)));
        EXPECT_FALSE(run(receive_.run(told)).value());
        EXPECT_EQ(payment(order).refunded(), Money{is_dead_order ? 1'000 : 0});
        EXPECT_EQ(history(order).size(), is_dead_order ? 0u : 1u);
        EXPECT_EQ(run(orders_.get(order))->order.refunds.size(), is_dead_order ? 0u : 1u);
        ASSERT_LT(writes, 20);
      }
    }
  }
  EXPECT_GE(lives, 8);
}

}  // namespace
}  // namespace qm::shop
