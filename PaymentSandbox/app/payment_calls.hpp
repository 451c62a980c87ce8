// A step as it is asked for over the wire: with the trouble that was ordered, and once per Idempotency-Key.
//
// The steps are idempotent by themselves (a payment has one authorisation, one capture; a refund has a name), so the
// key's answer may be written after the step: whoever calls again in between is answered the same. Kept are successes
// and refusals of the business; a step that was not allowed in that state may be asked for again with the same key.
#pragma once
#include <optional>
#include <string>

#include "PaymentSandbox/app/faults.hpp"
#include "PaymentSandbox/app/sandbox_payments.hpp"
#include "PaymentSandbox/store/idempotency_store.hpp"

namespace qm::sandbox {

enum class PaymentStep { authorise, capture, cancel, refund, dispute };
std::string_view to_string(PaymentStep step) noexcept;

struct PaymentCall {
  PaymentId payment;
  PaymentStep step = PaymentStep::authorise;
  Money amount{};      // of authorise and refund
  std::string method;  // of authorise
  std::string refund;  // of refund
  std::string key;     // empty: none was given
  std::optional<FaultKind> fault;  // asked for with this call
};

struct CallOutcome {
  Result<Payment> result{Payment{}};
  bool is_lost = false;      // nobody is to be answered
  bool is_replayed = false;  // the key was used before
};

// Thread-safe.
class PaymentCalls {
 public:
  PaymentCalls(SandboxPayments& payments, PaymentLedger& ledger, IdempotencyStore& answers, Faults& faults)
      : payments_(payments), ledger_(ledger), answers_(answers), faults_(faults) {}

  // Beside the step's own errors: Unavailable on demand; Rejected when the key was used for another request.
  Task<CallOutcome> run(PaymentCall call);

 private:
  Task<CallOutcome> answer(PaymentCall call, bool is_declined);
  Task<Result<Payment>> work(PaymentCall call, bool is_declined);

  SandboxPayments& payments_;
  PaymentLedger& ledger_;
  IdempotencyStore& answers_;
  Faults& faults_;
};

}  // namespace qm::sandbox
