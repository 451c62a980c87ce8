#include "PaymentSandbox/domain/payment.hpp"

#include <array>
#include <utility>

namespace qm::sandbox {
namespace {

constexpr std::array<std::pair<PaymentState, std::string_view>, 5> kStateNames{
    {{PaymentState::none, "none"},
     {PaymentState::declined, "declined"},
     {PaymentState::authorised, "authorised"},
     {PaymentState::captured, "captured"},
     {PaymentState::cancelled, "cancelled"}}};

Error declined() { return rejected("The payment was declined."); }
Error not_allowed(const char* why) { return {ErrorKind::Conflict, why}; }

}  // namespace

std::string_view to_string(PaymentState state) noexcept {
  for (const auto& [each, name] : kStateNames)
    if (each == state) return name;
  return "";
}

std::optional<PaymentState> parse_payment_state(std::string_view text) noexcept {
  for (const auto& [each, name] : kStateNames)
    if (name == text) return each;
  return std::nullopt;
}

Money Payment::refunded() const {
  Money sum{0, amount.currency()};
  for (const auto& [name, part] : refunds) sum = sum + part;
  return sum;
}

Result<bool> authorise(Payment& payment, Money amount, std::string method, bool is_declined) {
  if (payment.state == PaymentState::declined) return declined();
  if (payment.state == PaymentState::cancelled) return not_allowed("The payment was cancelled.");
  if (payment.state != PaymentState::none) {
    if (payment.amount != amount) return not_allowed("The payment was authorised for another amount.");
    return false;
  }
  payment.state = is_declined ? PaymentState::declined : PaymentState::authorised;
  payment.amount = amount;
  payment.method = std::move(method);
  return true;
}

Result<bool> capture(Payment& payment) {
  if (payment.state == PaymentState::captured) return false;
  if (payment.state != PaymentState::authorised) return not_allowed("There is nothing to capture.");
  payment.state = PaymentState::captured;
  ++payment.captures;
  return true;
}

Result<bool> cancel(Payment& payment) {
  if (payment.state == PaymentState::cancelled) return false;
  if (payment.state == PaymentState::captured) return not_allowed("The payment was captured; it can be refunded.");
  payment.state = PaymentState::cancelled;
  return true;
}

Result<bool> refund(Payment& payment, const std::string& refund, Money amount) {
  if (payment.state != PaymentState::captured) return not_allowed("Nothing was captured that could be refunded.");
  if (amount.currency() != payment.amount.currency()) return not_allowed("The payment is of another currency.");
  if (payment.refunds.contains(refund)) return false;
  const Money left = payment.amount - payment.refunded();
  if (amount > left) return not_allowed("That is more than is left of the payment.");
  if (payment.refunds.size() >= kMaxRefunds) return not_allowed("The payment has too many refunds.");
  payment.refunds.emplace(refund, amount);
  return true;
}

Result<bool> dispute(Payment& payment) {
  if (payment.state != PaymentState::captured) return not_allowed("Nothing was captured that could be disputed.");
  return !std::exchange(payment.disputed, true);
}

}  // namespace qm::sandbox
