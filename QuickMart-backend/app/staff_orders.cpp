#include "QuickMart-backend/app/staff_orders.hpp"

#include <algorithm>

#include "QuickMart-backend/domain/idempotency_key.hpp"

namespace qm::shop {
namespace {

constexpr int kMaxRefundAttempts = 10;

Error under_way() {
  return {ErrorKind::Conflict, "Something is under way with this order; please try again.", std::chrono::seconds{1}};
}

}  // namespace

Task<Result<OrderPage>> StaffOrders::list(std::string cursor, std::size_t limit) {
  co_return co_await uses_.orders.page(std::move(cursor), limit);
}

Task<Result<Order>> StaffOrders::get(OrderId id) {
  auto stored = co_await uses_.orders.get(std::move(id));
  if (!stored && stored.error().kind == ErrorKind::NotFound) co_return not_found("There is no such order.");
  if (!stored) co_return stored.error();
  co_return std::move(stored->order);
}

Task<Result<Order>> StaffOrders::advance(OrderId id, OrderStatus to, std::string by) {
  if (to == OrderStatus::cancelled || to == OrderStatus::refunded)
    co_return rejected("An order is cancelled or refunded by the routes for that, not by its status.");
  auto stored = co_await uses_.orders.get(std::move(id));
  if (!stored && stored.error().kind == ErrorKind::NotFound) co_return not_found("There is no such order.");
  if (!stored) co_return stored.error();
  Order& order = stored->order;
  if (order.status == to) co_return std::move(order);
  auto next = qm::shop::advance(order.status, to);
  if (!next) co_return next.error();
  if (order.progress != OrderProgress::none) co_return under_way();
  order.status = *next;
  note(order, uses_.clock.now(), std::move(by), std::string{to_string(to)});
  auto leased = co_await uses_.settle.advance(std::move(*stored), OrderProgress::moving);
  if (!leased && leased.error().kind == ErrorKind::GenerationMismatch) co_return under_way();
  if (!leased) co_return leased.error();
  Order as_moved = leased->order;
  auto settled = co_await uses_.settle.run(std::move(*leased));
  if (!settled) co_return as_moved;  // it stands; recovery tells of it
  co_return settled;
}

Task<Result<Order>> StaffOrders::cancel(OrderId id, std::string by) {
  auto stored = co_await uses_.orders.get(std::move(id));
  if (!stored && stored.error().kind == ErrorKind::NotFound) co_return not_found("There is no such order.");
  if (!stored) co_return stored.error();
  co_return co_await uses_.cancel.run(std::move(*stored), std::move(by));
}

Task<Result<Order>> StaffOrders::refund(OrderId id, RefundRequest request) {
  for (int attempt = 0; attempt < kMaxRefundAttempts; ++attempt) {
    auto stored = co_await uses_.orders.get(id);
    if (!stored && stored.error().kind == ErrorKind::NotFound) co_return not_found("There is no such order.");
    if (!stored) co_return stored.error();
    Order& order = stored->order;
    const auto known = std::ranges::find(order.refunds, request.id, &Refund::id);
    if (known != order.refunds.end()) {
      if (known->fingerprint != request.fingerprint) co_return key_reused("refund");
      co_return std::move(order);
    }
    const Timestamp now = uses_.clock.now();
    auto decided = decide_refund(order, request, now);
    if (!decided) co_return decided.error();
    if (order.progress != OrderProgress::none) co_return under_way();
    note(order, now, request.by, "refund of " + to_decimal(decided->amount) + ": " + request.reason);
    order.refunds.push_back(std::move(*decided));
    auto leased = co_await uses_.settle.advance(std::move(*stored), OrderProgress::refunding);
    if (!leased && leased.error().kind == ErrorKind::GenerationMismatch) continue;
    if (!leased) co_return leased.error();
    Order as_decided = leased->order;
    auto settled = co_await uses_.settle.run(std::move(*leased));
    if (!settled) co_return as_decided;  // it stands; recovery pays it
    uses_.mirror.note(settled->items);
    co_return settled;
  }
  co_return under_way();
}

}  // namespace qm::shop
