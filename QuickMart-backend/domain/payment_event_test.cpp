#include "QuickMart-backend/domain/payment_event.hpp"

#include <gtest/gtest.h>

#include "QuickMart-backend/domain/decide_refund.hpp"

namespace qm::shop {
namespace {

TEST(PaymentEvent, IsAnsweredByWhereItsOrderStands) {
  using Kind = PaymentEventKind;
  using enum PaymentEventAnswer;
  struct Case {
    Kind kind;
    bool is_ours;
    OrderStatus status;
    OrderProgress progress;
    PaymentEventAnswer answer;
  };
  constexpr auto kNone = OrderProgress::none;
  const Case cases[] = {
      {Kind::authorised, false, OrderStatus::pending, OrderProgress::placing, ignore},  // before checkout's answer
      {Kind::authorised, false, OrderStatus::pending, OrderProgress::undoing, ignore},  // the undoing cancels it
      {Kind::authorised, false, OrderStatus::confirmed, OrderProgress::completing, ignore},
      {Kind::authorised, false, OrderStatus::confirmed, kNone, ignore},
      {Kind::authorised, false, OrderStatus::cancelled, kNone, give_back},
      {Kind::captured, false, OrderStatus::confirmed, kNone, ignore},
      {Kind::captured, false, OrderStatus::shipped, kNone, ignore},
      {Kind::captured, false, OrderStatus::cancelled, OrderProgress::cancelling, ignore},
      {Kind::captured, false, OrderStatus::cancelled, kNone, give_back},
      {Kind::cancelled, false, OrderStatus::confirmed, kNone, ignore},
      {Kind::declined, false, OrderStatus::cancelled, kNone, ignore},
      {Kind::refunded, true, OrderStatus::cancelled, kNone, ignore},
      {Kind::refunded, false, OrderStatus::confirmed, kNone, take_in},
      {Kind::refunded, false, OrderStatus::pending, OrderProgress::placing, wait},
      {Kind::refunded, false, OrderStatus::confirmed, OrderProgress::completing, take_in},
      {Kind::disputed, false, OrderStatus::delivered, kNone, take_in},
      {Kind::disputed, false, OrderStatus::cancelled, OrderProgress::undoing, wait},
      {Kind::disputed, false, OrderStatus::cancelled, OrderProgress::cancelling, take_in},
      {Kind::other, false, OrderStatus::cancelled, kNone, ignore},
  };
  for (const Case& c : cases) {
    Order order;
    order.status = c.status;
    order.progress = c.progress;
    PaymentEvent event;
    event.kind = c.kind;
    event.is_ours = c.is_ours;
    EXPECT_EQ(answer_to(event, order), c.answer)
        << static_cast<int>(c.kind) << ' ' << to_string(c.status) << ' ' << to_string(c.progress);
  }
}

TEST(PaymentEvent, ARefundOfSomebodyElsesCountsOnce) {
  Order order;
  order.status = OrderStatus::delivered;
  order.payment_status = PaymentStatus::paid;
  order.totals.subtotal = Money{1'000};
  PaymentEvent event;
  event.provider = "stripe";
  event.id = "evt_1";
  event.kind = PaymentEventKind::refunded;
  event.amount = Money{400};
  event.amount = Money{400, Currency{"EUR"}};
  EXPECT_FALSE(take_in(order, event, Timestamp{}));
  event.amount = Money{400};
  EXPECT_TRUE(take_in(order, event, Timestamp{}));
  EXPECT_FALSE(take_in(order, event, Timestamp{}));
  EXPECT_EQ(refundable(order), Money{600});
  EXPECT_EQ(order.payment_status, PaymentStatus::partially_refunded);
  event.id = "evt_2";
  event.amount = Money{700};  // the gateway knows of a refund that the shop counts only now
  EXPECT_TRUE(take_in(order, event, Timestamp{}));
  EXPECT_EQ(refundable(order), Money{0});
  EXPECT_EQ(order.payment_status, PaymentStatus::refunded);
  EXPECT_EQ(order.status, OrderStatus::refunded);
  event.kind = PaymentEventKind::disputed;
  event.id = "evt_3";
  EXPECT_FALSE(take_in(order, event, Timestamp{}));
}

}  // namespace
}  // namespace qm::shop
