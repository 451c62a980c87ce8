#include "QuickMart-backend/app/recover_orders.hpp"

#include "platform/log/log.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kOrdersAtOnce = 100;

}  // namespace

Task<Result<int>> RecoverOrders::run() {
  auto abandoned = co_await orders_.abandoned(clock_.now(), kOrdersAtOnce);
  if (!abandoned) co_return abandoned.error();
  int settled = 0;
  for (StoredOrder& stored : *abandoned) {
    const std::string id = stored.order.id.str();
    auto done = co_await recover(std::move(stored));
    // One that cannot be settled now must not keep the others waiting; its lease ends again.
    if (!done) log::warn("an order could not be settled yet", {{"order", id}, {"why", done.error().detail}});
    settled += done && *done ? 1 : 0;
  }
  co_return settled;
}

Task<Result<bool>> RecoverOrders::recover(StoredOrder stored) {
  const OrderProgress progress = stored.order.progress;
  const OrderProgress next = progress == OrderProgress::placing ? OrderProgress::undoing : progress;
  auto leased = co_await settle_.advance(std::move(stored), next);
  if (!leased) {
    if (leased.error().kind == ErrorKind::GenerationMismatch) co_return false;  // another instance was faster
    co_return leased.error();
  }
  const std::vector<OrderItem> items = leased->order.items;
  auto settled = co_await settle_.run(std::move(*leased));
  if (!settled) co_return settled.error();
  mirror_.note(items);
  co_return true;
}

Task<Result<int>> RecoverOrders::sweep() {
  auto all = co_await stock_.list();
  if (!all) co_return all.error();
  int given_back = 0;
  for (Stock& stock : *all) {
    if (stock.reserved.empty() && stock.returned.empty()) continue;
    auto swept = co_await sweep_one(std::move(stock));
    if (!swept) co_return swept.error();
    given_back += *swept;
  }
  co_return given_back;
}

Task<Result<int>> RecoverOrders::sweep_one(Stock stock) {
  int swept = 0;
  for (const auto& [id, quantity] : stock.reserved) {
    auto order = co_await orders_.get(OrderId{id});
    if (!order) co_return order.error();
    if (order->order.progress != OrderProgress::none) continue;
    // The order is settled, so this came after it was.
    auto released = co_await stock_.release(stock.product_id, OrderId{id});
    if (!released) co_return released.error();
    ++swept;
  }
  for (const auto& [id, quantity] : stock.returned) {
    auto order = co_await orders_.get(OrderId{id});
    if (!order) co_return order.error();
    if (order->order.progress != OrderProgress::none) continue;
    auto forgotten = co_await stock_.forget_put_back(stock.product_id, OrderId{id});
    if (!forgotten) co_return forgotten.error();
    ++swept;
  }
  co_return swept;
}

}  // namespace qm::shop
