#include "QuickMart-backend/app/sandbox_gateway.hpp"

namespace qm::shop {
namespace {

Error declined() { return rejected("The payment was declined."); }
Error not_allowed(const char* why) { return {ErrorKind::Conflict, why}; }

}  // namespace

Task<Result<void>> SandboxGateway::authorise(OrderId order, Money amount, std::string method) {
  const bool decline = method == "declined";
  SandboxLedger::Change change = [amount, decline](SandboxPayment& payment) -> Result<bool> {
    if (payment.state == SandboxState::declined) return declined();
    if (payment.state == SandboxState::cancelled) return not_allowed("The payment was cancelled.");
    if (payment.state != SandboxState::none) return false;
    payment.state = decline ? SandboxState::declined : SandboxState::authorised;
    payment.amount = amount;
    return true;
  };
  auto changed = co_await ledger_.change(std::move(order), std::move(change));
  if (!changed) co_return changed.error();
  if (decline) co_return declined();
  co_return Result<void>{};
}

Task<Result<void>> SandboxGateway::capture(OrderId order) {
  SandboxLedger::Change change = [](SandboxPayment& payment) -> Result<bool> {
    if (payment.state == SandboxState::captured) return false;
    if (payment.state != SandboxState::authorised) return not_allowed("There is nothing to capture.");
    payment.state = SandboxState::captured;
    ++payment.captures;
    return true;
  };
  co_return co_await ledger_.change(std::move(order), std::move(change));
}

Task<Result<void>> SandboxGateway::cancel(OrderId order) {
  SandboxLedger::Change change = [](SandboxPayment& payment) -> Result<bool> {
    if (payment.state == SandboxState::cancelled) return false;
    if (payment.state == SandboxState::captured) return not_allowed("The payment was captured; it can be refunded.");
    payment.state = SandboxState::cancelled;
    return true;
  };
  co_return co_await ledger_.change(std::move(order), std::move(change));
}

Task<Result<void>> SandboxGateway::refund(OrderId order, std::string refund, Money amount) {
  SandboxLedger::Change change = [refund = std::move(refund), amount](SandboxPayment& payment) -> Result<bool> {
    if (payment.refunds.contains(refund)) return false;
    if (payment.state != SandboxState::captured) return not_allowed("Nothing was captured that could be refunded.");
    if (payment.refunded() + amount > payment.amount) return not_allowed("That is more than is left of the payment.");
    payment.refunds.emplace(refund, amount);
    return true;
  };
  co_return co_await ledger_.change(std::move(order), std::move(change));
}

}  // namespace qm::shop
