#include "QuickMart-backend/app/mirror_stock.hpp"

namespace qm::shop {

void MirrorStock::note(const std::vector<OrderItem>& items) {
  std::lock_guard lock{mutex_};
  for (const OrderItem& item : items) noted_.insert(item.sku);
}

void MirrorStock::note(const SkuId& sku) {
  std::lock_guard lock{mutex_};
  noted_.insert(sku);
}

Task<Result<void>> MirrorStock::run() {
  std::set<SkuId> skus;
  {
    std::lock_guard lock{mutex_};
    skus.swap(noted_);
  }
  if (skus.empty()) co_return Result<void>{};
  auto mirrored = co_await mirror(skus);
  if (mirrored) co_return mirrored;
  std::lock_guard lock{mutex_};
  noted_.insert(skus.begin(), skus.end());
  co_return mirrored;
}

Task<Result<void>> MirrorStock::run_for_all() {
  auto all = co_await stock_.list();
  if (!all) co_return all.error();
  std::set<SkuId> skus;
  for (const Stock& stock : *all) skus.insert(stock.sku);
  co_return co_await mirror(std::move(skus));
}

Task<Result<void>> MirrorStock::mirror(std::set<SkuId> skus) {
  const auto catalog = catalog_.snapshot();
  std::set<ProductId> changed;
  for (const SkuId& sku : skus) {
    const auto known = catalog->find_sku(sku);
    if (!known) continue;
    auto stock = co_await stock_.get(sku);
    if (!stock && stock.error().kind == ErrorKind::NotFound) continue;
    if (!stock) co_return stock.error();
    auto told = co_await tell_.run(*stock);
    if (!told) co_return told.error();
    if (known->stock_quantity() == stock->available) continue;
    auto written = co_await store_.set_stock(known->product->id, sku, stock->available);
    if (!written && written.error().kind != ErrorKind::NotFound) co_return written.error();
    changed.insert(known->product->id);
  }
  if (changed.empty()) co_return Result<void>{};
  std::vector<ProductId> products(changed.begin(), changed.end());
  co_return co_await catalog_.publish(std::move(products));
}

}  // namespace qm::shop
