// Tells that stock became low, ran out, or is back: after each change, by whichever instance looks first, and again by
// any that finds it untold. Thread-safe.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/merchant_events.hpp"
#include "QuickMart-backend/domain/stock_level.hpp"
#include "QuickMart-backend/store/stock_store.hpp"

namespace qm::shop {

class TellStock {
 public:
  struct Uses {
    StockStore& stock;
    MerchantEvents& events;
    const Clock& clock;
  };
  TellStock(Uses uses, std::int64_t low_below) : uses_(uses), low_below_(low_below) {}

  // `seen`: as it was just read. Costs nothing when there is nothing to tell.
  Task<Result<void>> run(Stock seen);

  std::int64_t low_below() const noexcept { return low_below_; }

 private:
  Uses uses_;
  const std::int64_t low_below_;
};

}  // namespace qm::shop
