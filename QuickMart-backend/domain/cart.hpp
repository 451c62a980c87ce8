// A customer's cart: what is to be bought, and at which price the customer last saw it. Plain values.
#pragma once
#include <cstdint>
#include <map>
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

struct Cart {
  UserId user_id;
  std::vector<CartLine> lines;  // by SKU
  Timestamp updated_at{};
  friend bool operator==(const Cart&, const Cart&) = default;

  const CartLine* find(const SkuId& sku) const noexcept {
    for (const CartLine& line : lines)
      if (line.sku == sku) return &line;
    return nullptr;
  }
};

}  // namespace qm::shop
