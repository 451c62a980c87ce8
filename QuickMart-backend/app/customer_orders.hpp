// A customer's orders: looking at them, and cancelling one that has not been shipped. Somebody else's order is not
// found.
#pragma once
#include "QuickMart-backend/app/mirror_stock.hpp"
#include "QuickMart-backend/app/settle_order.hpp"

namespace qm::shop {

// Thread-safe.
class CustomerOrders {
 public:
  CustomerOrders(OrderStore& orders, SettleOrder& settle, MirrorStock& mirror, const Clock& clock)
      : orders_(orders), settle_(settle), mirror_(mirror), clock_(clock) {}

  Task<Result<std::vector<Order>>> list(UserId user);
  Task<Result<Order>> get(UserId user, OrderId id);
  // Money, goods and coupon go back. Idempotent: cancelling a cancelled order answers with it. Conflict when the
  // order's status does not allow it, or something is under way with it.
  Task<Result<Order>> cancel(UserId user, OrderId id);

 private:
  Task<Result<StoredOrder>> find(UserId user, OrderId id);

  OrderStore& orders_;
  SettleOrder& settle_;
  MirrorStock& mirror_;
  const Clock& clock_;
};

}  // namespace qm::shop
