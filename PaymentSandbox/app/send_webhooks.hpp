// Tells the merchant what became of payments: signed, at least once, and late, twice or never when that was ordered.
// Each event is a durable job whose id follows from the event, so that saying it again within the hour in which the
// queue remembers what is done changes nothing. What a crash left unsaid is said at the next start.
#pragma once
#include <atomic>

#include "platform/jobs/queue.hpp"
#include "PaymentSandbox/app/faults.hpp"
#include "PaymentSandbox/clients/merchant_client.hpp"
#include "PaymentSandbox/store/payment_ledger.hpp"

namespace qm::sandbox {

// Thread-safe.
class SendWebhooks {
 public:
  static constexpr const char* kJobKind = "webhook";

  SendWebhooks(jobs::Queue& queue, MerchantClient& merchant, PaymentLedger& ledger, Faults& faults,
               const Clock& clock)
      : queue_(queue), merchant_(merchant), ledger_(ledger), faults_(faults), clock_(clock) {}

  // Durable when it returns, unless it is to be dropped.
  Task<Result<void>> owe(Payment payment, PaymentEvent event);
  // Owes again what recently changed; → how many events.
  Task<Result<int>> owe_recent();
  Task<Result<void>> handle(const jobs::Job& job);

  std::int64_t sent() const { return sent_; }
  std::int64_t dropped() const { return dropped_; }

 private:
  jobs::Queue& queue_;
  MerchantClient& merchant_;
  PaymentLedger& ledger_;
  Faults& faults_;
  const Clock& clock_;
  std::atomic<std::int64_t> sent_{0}, dropped_{0};
};

}  // namespace qm::sandbox
