#include "QuickMart-backend/app/staff_stock.hpp"

namespace qm::shop {

Result<std::int64_t> StaffStock::listed(const SkuId& sku) const {
  const auto catalog = uses_.catalog.snapshot();
  const auto known = catalog->find_sku(sku);
  if (!known) return not_found("There is no such SKU.");
  return known->stock_quantity();
}

Task<Result<Stock>> StaffStock::get(SkuId sku) {
  auto stock = co_await uses_.stock.get(sku);
  if (stock || stock.error().kind != ErrorKind::NotFound) co_return stock;
  const auto quantity = listed(sku);
  if (!quantity) co_return quantity.error();
  Stock uncounted;
  uncounted.sku = std::move(sku);
  uncounted.initial = uncounted.on_hand = uncounted.available = *quantity;
  co_return uncounted;
}

Task<Result<StockPage>> StaffStock::page(std::string cursor, std::size_t limit) {
  co_return co_await uses_.stock.page(std::move(cursor), limit);
}

Task<Result<Stock>> StaffStock::adjust(SkuId sku, StockAdjustment adjustment) {
  auto adjusted = co_await uses_.stock.adjust(sku, adjustment);
  if (!adjusted && adjusted.error().kind == ErrorKind::NotFound) {
    const auto quantity = listed(sku);
    if (!quantity) co_return quantity.error();
    auto begun = co_await uses_.stock.begin(sku, *quantity);
    if (!begun) co_return begun.error();
    adjusted = co_await uses_.stock.adjust(sku, std::move(adjustment));
  }
  if (!adjusted) co_return adjusted.error();
  uses_.mirror.note(sku);
  co_return adjusted;
}

Task<Result<Stock>> StaffStock::set_low_below(SkuId sku, std::optional<std::int64_t> low_below) {
  auto set = co_await uses_.stock.set_low_below(sku, low_below);
  if (!set && set.error().kind == ErrorKind::NotFound) {
    const auto quantity = listed(sku);
    if (!quantity) co_return quantity.error();
    auto begun = co_await uses_.stock.begin(sku, *quantity);
    if (!begun) co_return begun.error();
    set = co_await uses_.stock.set_low_below(sku, low_below);
  }
  if (!set) co_return set.error();
  uses_.mirror.note(sku);
  co_return set;
}

}  // namespace qm::shop
