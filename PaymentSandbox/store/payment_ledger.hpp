// The books of the sandbox: set "sandbox_payment", id = payment id. Every call is one step on one record. Thread-safe.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "PaymentSandbox/domain/payment.hpp"

namespace qm::sandbox {

// As the bins of a record, or a map in one.
kv::Bins encode_payment(const Payment& payment);
Payment decode_payment(const PaymentId& id, const kv::Bins& bins);

struct PaymentPage {
  std::vector<Payment> payments;
  std::string cursor;  // pass to the next call; empty: no more
};

class PaymentLedger {
 public:
  // Changes the payment; false: there is nothing to write.
  using Change = std::function<Result<bool>(Payment& payment)>;

  explicit PaymentLedger(kv::Store& store) : store_(store) {}

  // Declares the index for changed_since(); once, before it.
  Task<Result<void>> open();
  // State none when there is none.
  Task<Result<Payment>> get(PaymentId id);
  // Applies it to the payment as it is now, anew when another was faster. → the payment as it then is. The change's
  // own errors.
  Task<Result<Payment>> change(PaymentId id, Timestamp now, Change change);
  // All of them, in no order; `limit` 1…1,000.
  Task<Result<PaymentPage>> list(std::string cursor, std::size_t limit);
  // Those whose last change is not older than `since`, in no order.
  Task<Result<PaymentPage>> changed_since(Timestamp since, std::string cursor, std::size_t limit);

 private:
  kv::Store& store_;
};

}  // namespace qm::sandbox
