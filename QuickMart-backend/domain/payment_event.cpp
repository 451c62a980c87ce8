#include "QuickMart-backend/domain/payment_event.hpp"

#include <algorithm>

#include "QuickMart-backend/domain/decide_refund.hpp"

namespace qm::shop {

PaymentEventAnswer answer_to(const PaymentEvent& event, const Order& order) noexcept {
  using enum PaymentEventAnswer;
  const bool is_open = order.progress != OrderProgress::none;
  // Of an order that is further, a step that is under way begins anew under the next lease, which costs time only.
  const bool is_undecided = order.progress == OrderProgress::placing || order.progress == OrderProgress::undoing;
  switch (event.kind) {
    case PaymentEventKind::authorised:
    case PaymentEventKind::captured:
      return !is_open && order.status == OrderStatus::cancelled ? give_back : ignore;
    case PaymentEventKind::refunded:
      if (event.is_ours) return ignore;
      return is_undecided ? wait : take_in;
    case PaymentEventKind::disputed: return is_undecided ? wait : take_in;
    case PaymentEventKind::declined:
    case PaymentEventKind::cancelled:
    case PaymentEventKind::other: break;
  }
  return ignore;
}

bool take_in(Order& order, const PaymentEvent& event, Timestamp at) {
  const bool is_countable = event.amount.currency() == order.totals.subtotal.currency();
  if (event.kind != PaymentEventKind::refunded || !is_countable) return false;
  Refund refund;
  refund.id = event.provider + "." + event.id;
  if (std::ranges::find(order.refunds, refund.id, &Refund::id) != order.refunds.end()) return false;
  refund.amount = std::min(event.amount, refundable(order));
  refund.reason = "made at the payment gateway";
  refund.by = event.provider;
  refund.at = at;
  refund.is_done = true;
  order.refunds.push_back(std::move(refund));
  if (order.status == OrderStatus::cancelled) return true;
  const bool is_whole = refundable(order).is_zero();
  if (order.payment_status == PaymentStatus::paid || order.payment_status == PaymentStatus::partially_refunded)
    order.payment_status = is_whole ? PaymentStatus::refunded : PaymentStatus::partially_refunded;
  if (auto whole = advance(order.status, OrderStatus::refunded); is_whole && whole) order.status = *whole;
  return true;
}

std::string describe(const PaymentEvent& event) {
  const char* what = event.kind == PaymentEventKind::disputed ? "disputed with the bank" : "refunded at the gateway";
  return to_decimal(event.amount) + " " + what + " (" + event.provider + " " + event.id + ")";
}

}  // namespace qm::shop
