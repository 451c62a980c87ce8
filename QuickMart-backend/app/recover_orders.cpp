#include "QuickMart-backend/app/recover_orders.hpp"

#include <algorithm>

#include "platform/core/gather.hpp"
#include "platform/log/log.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kOrdersFound = 100;
constexpr std::size_t kPagesAtMost = 50;  // in one run: a process that ends does not wait for more
// One after the other, what a crash under load leaves open would take minutes: each waits for the disk many times.
constexpr std::size_t kOrdersAtOnce = 16;
// How long the stock remembers what was put back: a worker that lost its lease may still put it back again until then.
// Every write of the stock carries what is remembered.
constexpr int kLeasesPutBackIsKept = 120;

}  // namespace

Task<Result<int>> RecoverOrders::run() {
  int settled = 0;
  for (std::size_t pages = 0; pages < kPagesAtMost; ++pages) {
    auto page = co_await run_page();
    if (!page) co_return page.error();
    settled += page->settled;
    // Most of them fail while the payment service is away: it is asked again the next time.
    if (page->found < kOrdersFound || page->failed > page->settled) break;
  }
  co_return settled;
}

Task<Result<RecoverOrders::RecoveredPage>> RecoverOrders::run_page() {
  auto abandoned = co_await uses_.orders.abandoned(uses_.clock.now(), kOrdersFound);
  if (!abandoned) co_return abandoned.error();
  RecoveredPage page;
  page.found = abandoned->size();
  for (std::size_t begin = 0; begin < abandoned->size(); begin += kOrdersAtOnce) {
    const std::size_t end = std::min(begin + kOrdersAtOnce, abandoned->size());
    std::vector<std::string> ids;
    std::vector<Task<Result<bool>>> tasks;
    for (std::size_t i = begin; i < end; ++i) {
      ids.push_back((*abandoned)[i].order.id.str());
      tasks.push_back(recover(std::move((*abandoned)[i])));
    }
    const auto results = co_await gather(std::move(tasks));
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Result<bool>& done = results[i];
      // One that cannot be settled now must not keep the others waiting; its lease ends again.
      if (!done) log::warn("an order could not be settled yet", {{"order", ids[i]}, {"why", done.error().detail}});
      page.settled += done && *done ? 1 : 0;
      page.failed += done ? 0 : 1;
    }
  }
  co_return page;
}

Task<Result<bool>> RecoverOrders::recover(StoredOrder stored) {
  const OrderProgress progress = stored.order.progress;
  const OrderProgress next = progress == OrderProgress::placing ? OrderProgress::undoing : progress;
  auto leased = co_await uses_.settle.advance(std::move(stored), next);
  if (!leased) {
    if (leased.error().kind == ErrorKind::GenerationMismatch) co_return false;  // another instance was faster
    co_return leased.error();
  }
  const std::vector<OrderItem> items = leased->order.items;
  auto settled = co_await uses_.settle.run(std::move(*leased));
  if (!settled) co_return settled.error();
  uses_.mirror.note(items);
  co_return true;
}

Task<Result<int>> RecoverOrders::sweep() {
  int swept = 0;
  auto stocks = co_await uses_.stock.list();
  if (!stocks) co_return stocks.error();
  for (Stock& stock : *stocks) {
    if (stock.reserved.empty() && stock.returned.empty()) continue;
    auto done = co_await sweep_stock(std::move(stock));
    if (!done) co_return done.error();
    swept += *done;
  }
  co_return swept;
}

Task<Result<bool>> RecoverOrders::is_settled(OrderId order, std::chrono::milliseconds since) {
  auto stored = co_await uses_.orders.get(std::move(order));
  if (!stored) co_return stored.error();
  if (stored->order.progress != OrderProgress::none) co_return false;
  // Whoever settled it may have a clock that is ahead of this one.
  co_return since.count() == 0 || uses_.clock.now() - stored->order.updated_at >= since;
}

Task<Result<int>> RecoverOrders::sweep_stock(Stock stock) {
  int swept = 0;
  for (const auto* by_order : {&stock.reserved, &stock.returned}) {
    for (const auto& [id, quantity] : *by_order) {
      PutBack back = PutBack::of_mark(id);
      OrderId order{back.order};
      const bool is_reserved = by_order == &stock.reserved;
      std::chrono::milliseconds since{0};
      if (!is_reserved) since = kLeasesPutBackIsKept * uses_.settle.lease();
      auto settled = co_await is_settled(order, since);
      if (!settled) co_return settled.error();
      if (!*settled) continue;
      Result<void> done{};
      if (is_reserved)
        done = co_await uses_.stock.release(stock.sku, std::move(order));
      else
        done = co_await uses_.stock.forget_put_back(stock.sku, std::move(back));
      if (!done) co_return done.error();
      ++swept;
    }
  }
  co_return swept;
}

}  // namespace qm::shop
