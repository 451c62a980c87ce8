#include "PaymentSandbox/app/sandbox_payments.hpp"

#include "platform/log/log.hpp"

namespace qm::sandbox {

Task<Result<Payment>> SandboxPayments::authorise(PaymentId id, Money amount, std::string method, bool is_declined) {
  const bool decline = is_declined || method == kDeclinedMethod;
  // What is declined now is written down as such, and told after that.
  bool was_declined = false;
  PaymentLedger::Change change = [&](Payment& payment) -> Result<bool> {
    auto changed = qm::sandbox::authorise(payment, amount, method, decline);
    was_declined = payment.state == PaymentState::declined;
    if (!changed && was_declined) return false;
    return changed;
  };
  PaymentEvent event;
  event.kind = PaymentEventKind::authorised;
  auto payment = co_await ledger_.change(std::move(id), clock_.now(), std::move(change));
  if (!payment) co_return payment.error();
  if (was_declined) event.kind = PaymentEventKind::declined;
  if (tell_) {
    auto told = co_await tell_(*payment, std::move(event));
    if (!told) log::warn("a webhook could not be queued", {{"payment", payment->id.str()}});
  }
  if (was_declined) co_return rejected("The payment was declined.");
  co_return payment;
}

Task<Result<Payment>> SandboxPayments::capture(PaymentId id) {
  PaymentLedger::Change change = [](Payment& payment) { return qm::sandbox::capture(payment); };
  PaymentEvent event;
  event.kind = PaymentEventKind::captured;
  co_return co_await step(std::move(id), std::move(change), std::move(event));
}

Task<Result<Payment>> SandboxPayments::cancel(PaymentId id) {
  PaymentLedger::Change change = [](Payment& payment) { return qm::sandbox::cancel(payment); };
  PaymentEvent event;
  event.kind = PaymentEventKind::cancelled;
  co_return co_await step(std::move(id), std::move(change), std::move(event));
}

Task<Result<Payment>> SandboxPayments::refund(PaymentId id, std::string refund, Money amount) {
  PaymentEvent event;
  event.kind = PaymentEventKind::refunded;
  event.refund = refund;
  PaymentLedger::Change change = [refund = std::move(refund), amount](Payment& payment) {
    return qm::sandbox::refund(payment, refund, amount);
  };
  co_return co_await step(std::move(id), std::move(change), std::move(event));
}

Task<Result<Payment>> SandboxPayments::dispute(PaymentId id) {
  PaymentLedger::Change change = [](Payment& payment) { return qm::sandbox::dispute(payment); };
  PaymentEvent event;
  event.kind = PaymentEventKind::disputed;
  co_return co_await step(std::move(id), std::move(change), std::move(event));
}

Task<Result<Payment>> SandboxPayments::get(PaymentId id) {
  auto payment = co_await ledger_.get(std::move(id));
  if (payment && payment->state == PaymentState::none) co_return not_found("There is no such payment.");
  co_return payment;
}

Task<Result<PaymentPage>> SandboxPayments::list(std::string cursor, std::size_t limit) {
  co_return co_await ledger_.list(std::move(cursor), limit);
}

Task<Result<Payment>> SandboxPayments::step(PaymentId id, PaymentLedger::Change change, PaymentEvent event) {
  auto payment = co_await ledger_.change(std::move(id), clock_.now(), std::move(change));
  if (!payment || !tell_) co_return payment;
  auto told = co_await tell_(*payment, std::move(event));
  // The books are right; the webhook is announced again by the next start.
  if (!told) log::warn("a webhook could not be queued", {{"payment", payment->id.str()}});
  co_return payment;
}

}  // namespace qm::sandbox
