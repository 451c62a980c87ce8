// The cart: looking at it and changing it. Prices and names are the catalog's; what the customer is told is remembered,
// so that a checkout at another price is refused.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/check_coupons.hpp"
#include "QuickMart-backend/app/note_views.hpp"
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
  std::vector<OrderCoupon> coupons;    // of the cart, what each takes off
  std::vector<RefusedCoupon> refused;  // of the cart, why each takes nothing off
};

// Thread-safe.
class EditCart {
 public:
  struct Uses {
    CartStore& carts;
    StockStore& stock;
    const CatalogApp& catalog;
    CheckCoupons& coupons;
    NoteViews& views;
    const Clock& clock;
  };
  explicit EditCart(Uses uses) : uses_(uses) {}

  Task<Result<CartView>> get(UserId user);
  // Which SKU is meant by a product and, where it has several, one of them. NotFound for what is not sold; Invalid,
  // with those there are, when the choice is missing or another product's.
  Result<SkuId> choose(const ProductId& product, const std::optional<SkuId>& sku) const;
  // Adds to what is there. NotFound for what is not sold, Conflict when there are not that many. A customer who wants
  // what is sold out has seen that it is: RecoEngine is told.
  Task<Result<CartView>> add(UserId user, SkuId sku, std::int64_t quantity);
  // Sets how many there are; 0 takes the line out.
  Task<Result<CartView>> set(UserId user, SkuId sku, std::int64_t quantity);
  Task<Result<CartView>> clear(UserId user);
  // These are the cart's coupons now. Rejected, with the reason, for one that there is not, or several that cannot be
  // used together; one that does not fit yet stays in the cart, which says why.
  Task<Result<CartView>> set_coupons(UserId user, std::vector<std::string> codes);

 private:
  Task<Result<std::int64_t>> available(SkuId sku);
  Task<Result<std::vector<std::string>>> normalise(std::vector<std::string> codes);
  Task<Result<CartView>> change(UserId user, SkuId sku, bool add, std::int64_t quantity);
  Task<Result<CartView>> view(Cart cart);

  Uses uses_;
};

}  // namespace qm::shop
