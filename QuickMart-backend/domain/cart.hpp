// A customer's cart: what is to be bought, and at which price the customer last saw it. Plain values.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/product.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxCartLines = 100;
inline constexpr std::int64_t kMaxLineQuantity = 999;

struct CartLine {
  ProductId product_id;
  std::int64_t quantity = 1;  // 1…kMaxLineQuantity
  Money seen_price;           // of one; what the customer was last told
  friend bool operator==(const CartLine&, const CartLine&) = default;
};

struct Cart {
  UserId user_id;
  std::vector<CartLine> lines;  // by product id
  Timestamp updated_at{};
  friend bool operator==(const Cart&, const Cart&) = default;

  const CartLine* find(const ProductId& product) const noexcept {
    for (const CartLine& line : lines)
      if (line.product_id == product) return &line;
    return nullptr;
  }
};

}  // namespace qm::shop
