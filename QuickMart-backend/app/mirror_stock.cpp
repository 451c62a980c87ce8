#include "QuickMart-backend/app/mirror_stock.hpp"

namespace qm::shop {

void MirrorStock::note(const std::vector<OrderItem>& items) {
  std::lock_guard lock{mutex_};
  for (const OrderItem& item : items) noted_.insert(item.product_id);
}

Task<Result<void>> MirrorStock::run() {
  std::set<ProductId> products;
  {
    std::lock_guard lock{mutex_};
    products.swap(noted_);
  }
  if (products.empty()) co_return Result<void>{};
  auto mirrored = co_await mirror(products);
  if (mirrored) co_return mirrored;
  std::lock_guard lock{mutex_};
  noted_.insert(products.begin(), products.end());
  co_return mirrored;
}

Task<Result<void>> MirrorStock::run_for_all() {
  auto all = co_await stock_.list();
  if (!all) co_return all.error();
  std::set<ProductId> products;
  for (const Stock& stock : *all) products.insert(stock.product_id);
  co_return co_await mirror(std::move(products));
}

Task<Result<void>> MirrorStock::mirror(std::set<ProductId> products) {
  const auto catalog = catalog_.snapshot();
  bool changed = false;
  for (const ProductId& product : products) {
    auto stock = co_await stock_.get(product);
    if (!stock && stock.error().kind == ErrorKind::NotFound) continue;
    if (!stock) co_return stock.error();
    const Product* known = catalog->find(product);
    if (known != nullptr && known->stock_quantity == stock->available) continue;
    auto written = co_await store_.set_stock(product, stock->available);
    if (!written && written.error().kind != ErrorKind::NotFound) co_return written.error();
    changed = true;
  }
  if (!changed) co_return Result<void>{};
  co_return co_await catalog_.publish();
}

}  // namespace qm::shop
