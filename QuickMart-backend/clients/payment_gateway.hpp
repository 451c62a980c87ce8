// Who moves the money. Every call names the order, which is its idempotency key: the same call again changes nothing
// and is answered the same. Thread-safe.
//
// Errors of every call: Unavailable (nothing happened), InDoubt (may have happened: call again), Conflict (the
// payment's state does not allow it).
#pragma once
#include <string>

#include "platform/core/money.hpp"
#include "platform/core/result.hpp"
#include "platform/core/task.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

class PaymentGateway {
 public:
  virtual ~PaymentGateway() = default;

  // false while it is known to be away: then nothing should be begun that needs it. Never false for ever.
  virtual bool is_reachable() const { return true; }

  // Sets the amount aside on the customer's means of payment. Rejected, with a sentence, when it is declined. Conflict
  // once it was cancelled.
  virtual Task<Result<void>> authorise(OrderId order, Money amount, std::string method) = 0;
  // Takes what was authorised, once.
  virtual Task<Result<void>> capture(OrderId order) = 0;
  // Lets go of what was authorised, and of what may yet arrive: no authorisation of this order succeeds after it.
  // Conflict when it was captured.
  virtual Task<Result<void>> cancel(OrderId order) = 0;
  // Gives back part of what was captured, or all. `refund` names it: each is made once. Conflict beyond what is left.
  virtual Task<Result<void>> refund(OrderId order, std::string refund, Money amount) = 0;
};

}  // namespace qm::shop
