// Orders as the staff work on them: looking at all of them, moving one on its way, cancelling it, and giving money
// back, with the goods that come back. Thread-safe.
#pragma once
#include <string>
#include <vector>

#include "QuickMart-backend/app/cancel_order.hpp"
#include "QuickMart-backend/domain/decide_refund.hpp"

namespace qm::shop {

class StaffOrders {
 public:
  struct Uses {
    OrderStore& orders;
    SettleOrder& settle;
    CancelOrder& cancel;
    MirrorStock& mirror;
    const Clock& clock;
  };
  explicit StaffOrders(Uses uses) : uses_(uses) {}

  // In no particular order; `cursor` of the page before, empty at first; limit 1…500.
  Task<Result<OrderPage>> list(std::string cursor, std::size_t limit);
  Task<Result<Order>> get(OrderId id);  // NotFound
  // To processing, shipped or delivered. Idempotent. Conflict when the table of statuses does not allow it, or
  // something is under way with the order.
  Task<Result<Order>> advance(OrderId id, OrderStatus to, std::string by);
  Task<Result<Order>> cancel(OrderId id, std::string by);
  // Once per request's id: the same again answers with the order as it is now. decide_refund()'s errors; Invalid when
  // the id was used for something else. Once this succeeds, or is in doubt and the order shows the refund, money and
  // goods go where they belong, whatever crashes.
  Task<Result<Order>> refund(OrderId id, RefundRequest request);

 private:
  Uses uses_;
};

}  // namespace qm::shop
