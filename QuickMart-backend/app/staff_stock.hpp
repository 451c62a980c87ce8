// Stock as the staff see and adjust it. Thread-safe.
#pragma once
#include <string>

#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/mirror_stock.hpp"
#include "QuickMart-backend/store/stock_store.hpp"

namespace qm::shop {

class StaffStock {
 public:
  struct Uses {
    StockStore& stock;
    const CatalogApp& catalog;
    MirrorStock& mirror;
  };
  explicit StaffStock(Uses uses) : uses_(uses) {}

  // What is counted; a SKU that nobody bought or adjusted yet shows what the catalog says. NotFound.
  Task<Result<Stock>> get(SkuId sku);
  // Those that are counted, in no particular order.
  Task<Result<StockPage>> page(std::string cursor, std::size_t limit);
  // Up or down, once per adjustment's id. NotFound, Conflict when fewer would be left than are reserved, Invalid when
  // the id was used for another one.
  Task<Result<Stock>> adjust(SkuId sku, StockAdjustment adjustment);
  // Fewer are few; empty: the shop's number. NotFound.
  Task<Result<Stock>> set_low_below(SkuId sku, std::optional<std::int64_t> low_below);

 private:
  Result<std::int64_t> listed(const SkuId& sku) const;  // what the catalog says. NotFound

  Uses uses_;
};

}  // namespace qm::shop
