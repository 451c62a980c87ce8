// Payments without money: the steps over the books. What the sandbox's own process serves over HTTP, and what a shop in
// development runs in its own process. Thread-safe.
#pragma once
#include <functional>
#include <string>

#include "PaymentSandbox/domain/payment_event.hpp"
#include "PaymentSandbox/store/payment_ledger.hpp"

namespace qm::sandbox {

class SandboxPayments {
 public:
  // Told what has happened after each step, also one that was made before.
  using Tell = std::function<Task<Result<void>>(Payment payment, PaymentEvent event)>;

  // `tell` may be empty: nobody is told.
  SandboxPayments(PaymentLedger& ledger, const Clock& clock, Tell tell = {})
      : ledger_(ledger), clock_(clock), tell_(std::move(tell)) {}

  // Errors: those of domain/payment.hpp, and the store's. A payment is declined for the method "declined" or when
  // `is_declined`.
  Task<Result<Payment>> authorise(PaymentId id, Money amount, std::string method, bool is_declined = false);
  Task<Result<Payment>> capture(PaymentId id);
  Task<Result<Payment>> cancel(PaymentId id);
  Task<Result<Payment>> refund(PaymentId id, std::string refund, Money amount);
  Task<Result<Payment>> dispute(PaymentId id);

  // NotFound.
  Task<Result<Payment>> get(PaymentId id);
  // All of them, in no order; `limit` 1…1,000.
  Task<Result<PaymentPage>> list(std::string cursor, std::size_t limit);

 private:
  Task<Result<Payment>> step(PaymentId id, PaymentLedger::Change change, PaymentEvent event);

  PaymentLedger& ledger_;
  const Clock& clock_;
  Tell tell_;
};

}  // namespace qm::sandbox
