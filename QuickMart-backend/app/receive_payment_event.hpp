// Takes a payment gateway at its word, carefully: an event is dealt with once, though it may come twice, early, late or
// never. Money that the gateway holds for a dead order goes back; a refund that somebody else made counts as the
// order's, and that and a dispute are noted in its history; everything else is the order's own steps' business.
//
// What is done for an event may be done again, and it is remembered only after that: a crash in between leaves an event
// that the gateway tells again.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/clients/payment_gateway.hpp"
#include "QuickMart-backend/domain/payment_event.hpp"
#include "QuickMart-backend/store/order_store.hpp"
#include "QuickMart-backend/store/payment_event_store.hpp"
#include "QuickMart-backend/store/payment_reference_store.hpp"

namespace qm::shop {

// Thread-safe.
class ReceivePaymentEvent {
 public:
  struct Uses {
    OrderStore& orders;
    PaymentEventStore& events;
    PaymentReferenceStore& references;
    PaymentGateway& payments;
    const Clock& clock;
  };
  explicit ReceivePaymentEvent(Uses uses) : uses_(uses) {}

  // → whether it was new. An event of no order of ours is remembered and changes nothing: an account at a provider may
  // serve others too. Unavailable: the order is not decided yet; to be told again.
  Task<Result<bool>> run(PaymentEvent event);

 private:
  Task<Result<OrderId>> order_of(const PaymentEvent& event);
  Task<Result<void>> deal_with(PaymentEvent event);
  Task<Result<void>> give_back(Order order);

  Uses uses_;
};

}  // namespace qm::shop
