// Under which name a provider keeps the payment of an order: set "payment_ref", id = order id. Written down before the
// payment holds any money, so that a crash never leaves money under a name that nobody knows. Thread-safe.
#pragma once
#include <optional>
#include <string>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

struct PaymentReference {
  std::string name;       // empty: none was written down
  bool is_closed = false;  // the payment was cancelled: no name is taken any more
};

class PaymentReferenceStore {
 public:
  explicit PaymentReferenceStore(kv::Store& store) : store_(store) {}

  // Declares the index for find(); once, before it.
  Task<Result<void>> open();
  Task<Result<PaymentReference>> get(OrderId order);
  // The first name stays. → what now stands there. Conflict when it is closed.
  Task<Result<PaymentReference>> write_down(OrderId order, std::string name);
  // → what stood there.
  Task<Result<PaymentReference>> close(OrderId order);
  // Whose payment has this name. NotFound.
  Task<Result<OrderId>> find(std::string name);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
