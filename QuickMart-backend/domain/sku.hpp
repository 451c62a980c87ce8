// What is counted, priced and put into a cart: a variant of a product («red, L»), or a product that has none, whose SKU
// is named as the product is. Plain values.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "platform/core/id.hpp"
#include "platform/core/money.hpp"

namespace qm::shop {

struct SkuTag {
  static constexpr const char* prefix = "sku";
};
using SkuId = Id<SkuTag>;

inline constexpr std::size_t kMaxVariants = 100;

struct Variant {
  SkuId id;                                    // unique in the shop
  std::map<std::string, std::string> options;  // such as color → red
  std::optional<Money> price;                  // empty: the product's
  std::int64_t stock_quantity = 0;             // ≥ 0
  friend bool operator==(const Variant&, const Variant&) = default;
};

}  // namespace qm::shop
