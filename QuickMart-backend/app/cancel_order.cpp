#include "QuickMart-backend/app/cancel_order.hpp"

namespace qm::shop {

Task<Result<Order>> CancelOrder::run(StoredOrder stored, std::string by) {
  Order& order = stored.order;
  if (order.status == OrderStatus::cancelled) co_return std::move(order);
  auto next = qm::shop::advance(order.status, OrderStatus::cancelled);
  if (!next) co_return next.error();
  const bool is_paid = order.payment_status == PaymentStatus::paid ||
                       order.payment_status == PaymentStatus::partially_refunded;
  if (order.progress != OrderProgress::none || !is_paid)
    co_return Error{ErrorKind::Conflict, "The order is still being completed; please try again.",
                    std::chrono::seconds{1}};
  order.status = *next;
  note(order, uses_.clock.now(), std::move(by), "cancelled");
  auto leased = co_await uses_.settle.advance(std::move(stored), OrderProgress::cancelling);
  if (!leased) co_return leased.error();
  uses_.mirror.note(leased->order.items);
  Order as_cancelled = leased->order;
  auto settled = co_await uses_.settle.run(std::move(*leased));
  if (!settled) co_return as_cancelled;  // it is cancelled; recovery brings the money and the goods back
  uses_.mirror.note(settled->items);
  co_return settled;
}

}  // namespace qm::shop
