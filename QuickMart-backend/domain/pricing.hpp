// What a cart comes to: the one function behind the cart's answer, the checkout and the order. Pure.
//
// Coupons are applied in one order, however they are named: percentages first, each on what is left of the lines it
// covers after those before it; then fixed amounts, on what is left of theirs; then free shipping; within a kind by
// code. A cap holds for its coupon alone. What decides whether a coupon may be used (its dates, limit and minimum) is
// asked of the subtotal before any discount.
//
// Rounding: tax and percentages are rounded half away from zero to the minor unit, once, on the sum; a discount is then
// shared out over the lines that it applies to by largest remainder, so that the lines' discounts add up to it exactly
// and none takes more than is left of its line. So the lines' discounts, and the coupons', each add up to the cart's.
#pragma once
#include <optional>
#include <string>
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

// A coupon that takes nothing off, and why: a sentence for the customer.
struct RefusedCoupon {
  std::string code;
  std::string reason;
  friend bool operator==(const RefusedCoupon&, const RefusedCoupon&) = default;
};

struct PricedCart {
  OrderTotals totals;
  std::vector<Money> line_discounts;   // one per line; together totals.discount
  std::vector<OrderCoupon> coupons;    // as applied; their discounts together are totals.discount
  std::vector<RefusedCoupon> refused;  // by code
};

// Whether the coupon covers the line: it names no products and categories, or one of this line's.
bool covers(const Coupon& coupon, const PriceLine& line);

// Shares `amount` out in proportion to `weights` (≥ 0) by largest remainder: shares add up to it, and none exceeds its
// weight as long as `amount` does not exceed their sum. Precondition: 0 ≤ amount; all zero weights take nothing.
std::vector<Money> share_out(Money amount, const std::vector<Money>& weights);

// Prices the lines with those of the coupons that may be used for them; naming one twice is naming it once. Where more
// than one may, those that are not stackable are refused.
PricedCart price_cart(const std::vector<PriceLine>& lines, const std::vector<Coupon>& coupons, Timestamp now,
                      const PriceRules& rules = {});

}  // namespace qm::shop
