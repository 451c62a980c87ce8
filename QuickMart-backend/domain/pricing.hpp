// What a cart comes to: the one function behind the cart's answer, the checkout and the order. Pure.
//
// Rounding: tax and percentages are rounded half away from zero to the minor unit, once, on the sum; a discount is then
// shared out over the lines that it applies to by largest remainder, so that the lines' discounts add up to it exactly
// and none exceeds its line.
#pragma once
#include <optional>
#include <vector>

#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

struct PriceLine {
  SkuId sku;
  ProductId product_id;
  CategoryId category;
  std::int64_t quantity = 1;
  Money unit_price;
};

struct PricedCart {
  OrderTotals totals;
  std::vector<Money> line_discounts;  // one per line; together totals.discount
};

// Whether the coupon covers the line: it names no products and categories, or one of this line's.
bool covers(const Coupon& coupon, const PriceLine& line);

// Shares `amount` out in proportion to `weights` (≥ 0) by largest remainder: shares add up to it, and none exceeds its
// weight as long as `amount` does not exceed their sum. Precondition: 0 ≤ amount; all zero weights take nothing.
std::vector<Money> share_out(Money amount, const std::vector<Money>& weights);

// Without a coupon never an error. Rejected with the reason when the coupon may not be used for these lines.
Result<PricedCart> price_cart(const std::vector<PriceLine>& lines, const Coupon* coupon, Timestamp now,
                              const PriceRules& rules = {});

}  // namespace qm::shop
