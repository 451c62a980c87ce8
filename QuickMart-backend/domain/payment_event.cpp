#include "QuickMart-backend/domain/payment_event.hpp"

namespace qm::shop {

PaymentEventAnswer answer_to(const PaymentEvent& event, const Order& order) noexcept {
  using enum PaymentEventAnswer;
  const bool is_open = order.progress != OrderProgress::none;
  switch (event.kind) {
    case PaymentEventKind::authorised:
    case PaymentEventKind::captured:
      return !is_open && order.status == OrderStatus::cancelled ? give_back : ignore;
    case PaymentEventKind::refunded:
      if (event.is_ours) return ignore;
      return is_open ? wait : note;
    case PaymentEventKind::disputed: return is_open ? wait : note;
    case PaymentEventKind::declined:
    case PaymentEventKind::cancelled:
    case PaymentEventKind::other: break;
  }
  return ignore;
}

std::string describe(const PaymentEvent& event) {
  const char* what = event.kind == PaymentEventKind::disputed ? "disputed with the bank" : "refunded at the gateway";
  return to_decimal(event.amount) + " " + what + " (" + event.provider + " " + event.id + ")";
}

}  // namespace qm::shop
