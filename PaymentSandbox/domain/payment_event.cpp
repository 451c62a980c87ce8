#include "PaymentSandbox/domain/payment_event.hpp"

namespace qm::sandbox {
namespace {

constexpr std::array<std::pair<PaymentEventKind, std::string_view>, 6> kEventNames{
    {{PaymentEventKind::authorised, "payment.authorised"},
     {PaymentEventKind::declined, "payment.declined"},
     {PaymentEventKind::captured, "payment.captured"},
     {PaymentEventKind::cancelled, "payment.cancelled"},
     {PaymentEventKind::refunded, "payment.refunded"},
     {PaymentEventKind::disputed, "payment.disputed"}}};

}  // namespace

std::string_view to_string(PaymentEventKind kind) noexcept {
  for (const auto& [each, name] : kEventNames)
    if (each == kind) return name;
  return "";
}

std::optional<PaymentEventKind> parse_payment_event_kind(std::string_view text) noexcept {
  for (const auto& [kind, name] : kEventNames)
    if (name == text) return kind;
  return std::nullopt;
}

std::vector<PaymentEvent> events_of(const Payment& payment) {
  std::vector<PaymentEvent> events;
  switch (payment.state) {
    case PaymentState::none: break;
    case PaymentState::declined: events.push_back({PaymentEventKind::declined, {}}); break;
    case PaymentState::authorised: events.push_back({PaymentEventKind::authorised, {}}); break;
    case PaymentState::cancelled: events.push_back({PaymentEventKind::cancelled, {}}); break;
    case PaymentState::captured:
      events.push_back({PaymentEventKind::authorised, {}});
      events.push_back({PaymentEventKind::captured, {}});
      break;
  }
  for (const auto& [refund, amount] : payment.refunds) events.push_back({PaymentEventKind::refunded, refund});
  if (payment.disputed) events.push_back({PaymentEventKind::disputed, {}});
  return events;
}

}  // namespace qm::sandbox
