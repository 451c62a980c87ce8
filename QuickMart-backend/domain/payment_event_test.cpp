#include "QuickMart-backend/domain/payment_event.hpp"

#include <gtest/gtest.h>

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
      {Kind::refunded, false, OrderStatus::confirmed, kNone, note},
      {Kind::refunded, false, OrderStatus::confirmed, OrderProgress::completing, wait},
      {Kind::disputed, false, OrderStatus::delivered, kNone, note},
      {Kind::disputed, false, OrderStatus::cancelled, OrderProgress::cancelling, wait},
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

}  // namespace
}  // namespace qm::shop
