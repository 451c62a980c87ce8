// Carts: set "cart", id = user id, one map from SKU to [quantity, price last seen]. Every change is one step on
// one record, so that two devices that edit it at once lose nothing. Thread-safe.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/cart.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

class CartStore {
 public:
  // Makes of the line that is there (quantity 0: none) the one that shall be (quantity 0: none).
  using Change = std::function<Result<CartLine>(CartLine line)>;

  explicit CartStore(kv::Store& store) : store_(store) {}

  // An empty cart when there is none.
  Task<Result<Cart>> get(UserId user);
  // Applies the change to the line as it is now, anew when another device was faster. The change's own errors; Conflict
  // when the cart has kMaxCartLines. → the cart as it then is.
  Task<Result<Cart>> change(UserId user, SkuId sku, Change change, Timestamp now);
  Task<Result<Cart>> clear(UserId user, Timestamp now);
  // Takes out what the order bought, once; what was added meanwhile stays. Idempotent.
  Task<Result<void>> take_bought(UserId user, OrderId order, std::vector<OrderItem> items, Timestamp now);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
