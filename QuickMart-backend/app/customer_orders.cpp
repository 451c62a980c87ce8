#include "QuickMart-backend/app/customer_orders.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kOrdersShown = 1'000;

}  // namespace

Task<Result<std::vector<Order>>> CustomerOrders::list(UserId user) {
  co_return co_await orders_.of_user(std::move(user), kOrdersShown);
}

Task<Result<StoredOrder>> CustomerOrders::find(UserId user, OrderId id) {
  auto stored = co_await orders_.get(std::move(id));
  const bool missing = !stored && stored.error().kind == ErrorKind::NotFound;
  if (missing || (stored && stored->order.user_id != user)) co_return not_found("There is no such order.");
  co_return stored;
}

Task<Result<Order>> CustomerOrders::get(UserId user, OrderId id) {
  auto stored = co_await find(std::move(user), std::move(id));
  if (!stored) co_return stored.error();
  co_return std::move(stored->order);
}

Task<Result<Order>> CustomerOrders::cancel(UserId user, OrderId id) {
  auto stored = co_await find(user, std::move(id));
  if (!stored) co_return stored.error();
  Order& order = stored->order;
  if (order.status == OrderStatus::cancelled) co_return std::move(order);
  auto next = qm::shop::advance(order.status, OrderStatus::cancelled);
  if (!next) co_return next.error();
  if (order.progress != OrderProgress::none || order.payment_status != PaymentStatus::paid)
    co_return Error{ErrorKind::Conflict, "The order is still being completed; please try again.",
                    std::chrono::seconds{1}};
  order.status = *next;
  note(order, clock_.now(), user.str(), "cancelled");
  auto leased = co_await settle_.advance(std::move(*stored), OrderProgress::cancelling);
  if (!leased) co_return leased.error();
  mirror_.note(leased->order.items);
  Order as_cancelled = leased->order;
  auto settled = co_await settle_.run(std::move(*leased));
  if (!settled) co_return as_cancelled;  // it is cancelled; recovery brings the money and the goods back
  mirror_.note(settled->items);
  co_return settled;
}

}  // namespace qm::shop
