// The cart: looking at it and changing it. Prices and names are the catalog's; what the customer is told is remembered,
// so that a checkout at another price is refused.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/domain/price_lines.hpp"
#include "QuickMart-backend/store/cart_store.hpp"
#include "QuickMart-backend/store/stock_store.hpp"

namespace qm::shop {

struct CartView {
  struct Item {
    Product product;
    std::int64_t quantity = 1;
  };
  std::vector<Item> items;
  OrderTotals totals;
};

// Thread-safe.
class EditCart {
 public:
  EditCart(CartStore& carts, StockStore& stock, const CatalogApp& catalog, const Clock& clock)
      : carts_(carts), stock_(stock), catalog_(catalog), clock_(clock) {}

  Task<Result<CartView>> get(UserId user);
  // Adds to what is there. NotFound for a product that is not sold, Conflict when there are not that many.
  Task<Result<CartView>> add(UserId user, ProductId product, std::int64_t quantity);
  // Sets how many there are; 0 takes the line out.
  Task<Result<CartView>> set(UserId user, ProductId product, std::int64_t quantity);
  Task<Result<CartView>> clear(UserId user);

 private:
  Task<Result<std::int64_t>> available(ProductId product);
  Task<Result<CartView>> change(UserId user, ProductId product, bool add, std::int64_t quantity);
  CartView view(const Cart& cart) const;

  CartStore& carts_;
  StockStore& stock_;
  const CatalogApp& catalog_;
  const Clock& clock_;
};

}  // namespace qm::shop
