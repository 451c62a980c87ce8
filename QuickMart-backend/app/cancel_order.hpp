// Cancels an order that has not been shipped: money, goods and coupon go back. The decision is one write; a crash after
// it leaves the rest to recover_orders.
#pragma once
#include <string>

#include "QuickMart-backend/app/mirror_stock.hpp"
#include "QuickMart-backend/app/settle_order.hpp"

namespace qm::shop {

// Thread-safe.
class CancelOrder {
 public:
  struct Uses {
    SettleOrder& settle;
    MirrorStock& mirror;
    const Clock& clock;
  };
  explicit CancelOrder(Uses uses) : uses_(uses) {}

  // `by`: a user's id. Idempotent: cancelling a cancelled order answers with it. Conflict when the order's status does
  // not allow it, or something is under way with it.
  Task<Result<Order>> run(StoredOrder stored, std::string by);

 private:
  Uses uses_;
};

}  // namespace qm::shop
