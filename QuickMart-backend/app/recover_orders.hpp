// Finishes or undoes orders whose maker died: those before their confirmation are undone, those after it completed, a
// cancellation is carried through. And gives back what a step that came after its order was settled left in the
// stock (recover_coupons does so for coupons). Idempotent; may run on every instance at once.
#pragma once
#include "QuickMart-backend/app/mirror_stock.hpp"
#include "QuickMart-backend/app/settle_order.hpp"

namespace qm::shop {

class RecoverOrders {
 public:
  struct Uses {
    OrderStore& orders;
    StockStore& stock;
    SettleOrder& settle;
    MirrorStock& mirror;
    const Clock& clock;
  };
  explicit RecoverOrders(Uses uses) : uses_(uses) {}

  // → how many orders were settled; every second. Goes on while there are more and most of them can be: so it keeps up
  // with a busy shop whose payment service was away.
  Task<Result<int>> run();
  Task<Result<int>> sweep();  // → how many remains were given back; every few minutes

 private:
  struct RecoveredPage {
    std::size_t found = 0;
    int settled = 0;
    int failed = 0;
  };

  Task<Result<RecoveredPage>> run_page();
  Task<Result<bool>> recover(StoredOrder stored);
  Task<Result<bool>> is_settled(OrderId order, std::chrono::milliseconds since = {});  // … for that long
  Task<Result<int>> sweep_stock(Stock stock);

  Uses uses_;
};

}  // namespace qm::shop
