// How many of a SKU there are. Plain values; pure.
//
// available = on_hand − what is reserved, and never below zero. What came and went adds up at any moment:
// initial + adjusted = on_hand + sold − restocked.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "QuickMart-backend/domain/sku.hpp"

namespace qm::shop {

struct Stock {
  SkuId sku;
  std::int64_t initial = 0;
  std::int64_t adjusted = 0;   // by staff, up and down
  std::int64_t on_hand = 0;    // in the house, reserved ones included
  std::int64_t available = 0;  // to be sold
  std::int64_t sold = 0;
  std::int64_t restocked = 0;  // of the sold
  std::map<std::string, std::int64_t> reserved;  // by order id
  std::map<std::string, std::int64_t> returned;  // by order id: put back, and not yet noted in the order

  std::int64_t reserved_total() const noexcept {
    std::int64_t sum = 0;
    for (const auto& [order, quantity] : reserved) sum += quantity;
    return sum;
  }
  bool adds_up() const noexcept {
    return available >= 0 && available + reserved_total() == on_hand &&
           initial + adjusted == on_hand + sold - restocked;
  }
  friend bool operator==(const Stock&, const Stock&) = default;
};

}  // namespace qm::shop
