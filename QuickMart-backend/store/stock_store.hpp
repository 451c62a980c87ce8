// Stock: set "stock", id = SKU. Every call is one step on one record, and what an order did to it is remembered
// under the order's id, so that no step counts twice. Thread-safe.
//
// Which of commit, release and put_back may be called for an order is decided by the order's record, and never both of
// the first two for one order.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/domain/stock.hpp"

namespace qm::shop {

struct StockPage {
  std::vector<Stock> stocks;
  std::string cursor;  // empty: that was all
};

class StockStore {
 public:
  explicit StockStore(kv::Store& store) : store_(store) {}

  // NotFound when nothing was ever counted.
  Task<Result<Stock>> get(SkuId sku);
  // Begins to count, with `quantity` at hand, unless it is counted already.
  Task<Result<void>> begin(SkuId sku, std::int64_t quantity);
  // Counts anew, forgetting all: for demo data.
  Task<Result<void>> reset(SkuId sku, std::int64_t quantity);
  // Up or down, once per adjustment's id (of the last kMaxAdjustments). NotFound; Conflict when fewer than none would
  // be available; Invalid when the id was used for another one. → what then is.
  Task<Result<Stock>> adjust(SkuId sku, StockAdjustment adjustment);

  // Sets `quantity` ≥ 1 aside for the order. To be called once per order and SKU: a call in doubt is settled by
  // release(). NotFound, Conflict when fewer are available.
  Task<Result<void>> reserve(SkuId sku, OrderId order, std::int64_t quantity);
  // What was reserved for the order, if anything, may be sold to others again. Idempotent.
  Task<Result<void>> release(SkuId sku, OrderId order);
  // What was reserved for the order leaves the house. Idempotent.
  Task<Result<void>> commit(SkuId sku, OrderId order);
  // What the order bought comes back, or some of it: `back` names which. Idempotent until forget_put_back().
  Task<Result<void>> put_back(SkuId sku, PutBack back, std::int64_t quantity);
  // The order's record now says that it came back.
  Task<Result<void>> forget_put_back(SkuId sku, PutBack back);

  // Fewer are few; empty: the shop's. NotFound.
  Task<Result<Stock>> set_low_below(SkuId sku, std::optional<std::int64_t> low_below);
  // Decides what there is to tell, unless something is untold. `low_below`: the shop's. NotFound.
  Task<Result<Stock>> cross_level(SkuId sku, std::int64_t low_below, Timestamp now);
  // What was untold as the `number`-th crossing is told. Idempotent.
  Task<Result<Stock>> level_told(SkuId sku, std::int64_t number);

  // All of them.
  Task<Result<std::vector<Stock>>> list();
  // In no particular order; `cursor` of the page before, empty at first.
  Task<Result<StockPage>> page(std::string cursor, std::size_t limit);

 private:
  using Change = std::function<Result<bool>(Stock& stock)>;  // → whether there is something to write
  Task<Result<Stock>> change(SkuId sku, Change change);

  kv::Store& store_;
};

}  // namespace qm::shop
