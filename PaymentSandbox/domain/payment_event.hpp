// What merchants are told of: a payment reached a state, or part of it went back.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "PaymentSandbox/domain/payment.hpp"

namespace qm::sandbox {

enum class PaymentEventKind { authorised, declined, captured, cancelled, refunded, disputed };
std::string_view to_string(PaymentEventKind kind) noexcept;
std::optional<PaymentEventKind> parse_payment_event_kind(std::string_view text) noexcept;

struct PaymentEvent {
  PaymentEventKind kind = PaymentEventKind::authorised;
  std::string refund;  // its name, of a refund
  friend bool operator==(const PaymentEvent&, const PaymentEvent&) = default;
};

// Everything that must have happened to a payment in this state. (A cancelled one may have been authorised before: that
// is not told, for it no longer matters.)
std::vector<PaymentEvent> events_of(const Payment& payment);

}  // namespace qm::sandbox
