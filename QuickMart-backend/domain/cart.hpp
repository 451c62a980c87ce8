// A customer's cart: what is to be bought, and at which price the customer last saw it. Plain values.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/sku.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxCartLines = 100;
inline constexpr std::int64_t kMaxLineQuantity = 999;

struct CartLine {
  SkuId sku;
  std::int64_t quantity = 1;  // 1…kMaxLineQuantity
  Money seen_price;           // of one; what the customer was last told
  friend bool operator==(const CartLine&, const CartLine&) = default;
};

// A coupon in the cart, and what the customer was last told it takes off; nothing: that it does not fit.
struct CartCoupon {
  std::string code;
  std::optional<Money> seen;  // waived shipping included
  friend bool operator==(const CartCoupon&, const CartCoupon&) = default;
};

struct Cart {
  UserId user_id;
  std::vector<CartLine> lines;      // by SKU
  std::vector<CartCoupon> coupons;  // by code, at most kMaxCouponsPerOrder
  Timestamp updated_at{};
  friend bool operator==(const Cart&, const Cart&) = default;

  const CartLine* find(const SkuId& sku) const noexcept {
    for (const CartLine& line : lines)
      if (line.sku == sku) return &line;
    return nullptr;
  }
  std::vector<std::string> codes() const {
    std::vector<std::string> all;
    for (const CartCoupon& coupon : coupons) all.push_back(coupon.code);
    return all;
  }
};

}  // namespace qm::shop
