// Which events of payment gateways were dealt with: set "payment_event", id = provider and event id, kept longer than
// any provider tells an event again. Thread-safe.
#pragma once
#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/payment_event.hpp"

namespace qm::shop {

class PaymentEventStore {
 public:
  explicit PaymentEventStore(kv::Store& store) : store_(store) {}

  Task<Result<bool>> knows(PaymentEvent event);
  // Idempotent.
  Task<Result<void>> remember(PaymentEvent event, Timestamp at);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
