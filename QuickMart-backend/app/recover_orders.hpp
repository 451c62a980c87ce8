// Finishes or undoes orders whose maker died: those before their confirmation are undone, those after it completed, a
// cancellation is carried through. And gives back what a step that came too late left in the stock. Idempotent; may run
// on every instance at once.
#pragma once
#include "QuickMart-backend/app/mirror_stock.hpp"
#include "QuickMart-backend/app/settle_order.hpp"

namespace qm::shop {

class RecoverOrders {
 public:
  RecoverOrders(OrderStore& orders, StockStore& stock, SettleOrder& settle, MirrorStock& mirror, const Clock& clock)
      : orders_(orders), stock_(stock), settle_(settle), mirror_(mirror), clock_(clock) {}

  Task<Result<int>> run();    // → how many orders were settled; every second
  Task<Result<int>> sweep();  // → how many remains in the stock were given back; every few minutes

 private:
  Task<Result<bool>> recover(StoredOrder stored);
  Task<Result<int>> sweep_one(Stock stock);

  OrderStore& orders_;
  StockStore& stock_;
  SettleOrder& settle_;
  MirrorStock& mirror_;
  const Clock& clock_;
};

}  // namespace qm::shop
