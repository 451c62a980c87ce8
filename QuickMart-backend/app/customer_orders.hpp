// A customer's orders: looking at them, and cancelling one that has not been shipped. Somebody else's order is not
// found.
#pragma once
#include "QuickMart-backend/app/cancel_order.hpp"

namespace qm::shop {

// Thread-safe.
class CustomerOrders {
 public:
  CustomerOrders(OrderStore& orders, CancelOrder& cancel) : orders_(orders), cancel_(cancel) {}

  Task<Result<std::vector<Order>>> list(UserId user);
  Task<Result<Order>> get(UserId user, OrderId id);
  // As CancelOrder does.
  Task<Result<Order>> cancel(UserId user, OrderId id);

 private:
  Task<Result<StoredOrder>> find(UserId user, OrderId id);

  OrderStore& orders_;
  CancelOrder& cancel_;
};

}  // namespace qm::shop
