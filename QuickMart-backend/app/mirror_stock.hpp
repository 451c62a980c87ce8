// Brings what is available into the catalog, where listings and filters see it: whatever this instance sold or took
// back since the last run. Every instance mirrors its own changes; when two write one product at once the older number
// may stay until run_for_all. The truth is in the stock's records. Thread-safe.
#pragma once
#include <mutex>
#include <set>
#include <vector>

#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/tell_stock.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/store/stock_store.hpp"

namespace qm::shop {

class MirrorStock {
 public:
  MirrorStock(StockStore& stock, CatalogStore& store, CatalogApp& catalog, TellStock& tell)
      : stock_(stock), store_(store), catalog_(catalog), tell_(tell) {}

  void note(const std::vector<OrderItem>& items);
  void note(const SkuId& sku);
  // Call every second or so; costs nothing when nothing was noted.
  Task<Result<void>> run();
  // Whatever differs, as a crash may have come before the last run; call at start and every few minutes.
  Task<Result<void>> run_for_all();

 private:
  Task<Result<void>> mirror(std::set<SkuId> skus);

  StockStore& stock_;
  CatalogStore& store_;
  CatalogApp& catalog_;
  TellStock& tell_;
  std::mutex mutex_;
  std::set<SkuId> noted_;
};

}  // namespace qm::shop
