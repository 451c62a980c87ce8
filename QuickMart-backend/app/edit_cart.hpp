// The cart: looking at it and changing it. Prices and names are the catalog's; what the customer is told is remembered,
// so that a checkout at another price is refused.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/domain/price_lines.hpp"
#include "QuickMart-backend/store/cart_store.hpp"
#include "QuickMart-backend/store/stock_store.hpp"

namespace qm::shop {

struct CartView {
  struct Item {
    Product product;
    SkuId sku;
    std::map<std::string, std::string> options;  // of the variant
    Money price;                                 // of one
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
  // Which SKU is meant by a product and, where it has several, one of them. NotFound for what is not sold; Invalid,
  // with those there are, when the choice is missing or another product's.
  Result<SkuId> choose(const ProductId& product, const std::optional<SkuId>& sku) const;
  // Adds to what is there. NotFound for what is not sold, Conflict when there are not that many.
  Task<Result<CartView>> add(UserId user, SkuId sku, std::int64_t quantity);
  // Sets how many there are; 0 takes the line out.
  Task<Result<CartView>> set(UserId user, SkuId sku, std::int64_t quantity);
  Task<Result<CartView>> clear(UserId user);

 private:
  Task<Result<std::int64_t>> available(SkuId sku);
  Task<Result<CartView>> change(UserId user, SkuId sku, bool add, std::int64_t quantity);
  CartView view(const Cart& cart) const;

  CartStore& carts_;
  StockStore& stock_;
  const CatalogApp& catalog_;
  const Clock& clock_;
};

}  // namespace qm::shop
