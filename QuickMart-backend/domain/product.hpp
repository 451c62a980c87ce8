// What the shop sells. Plain values; thread-compatible.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/category.hpp"
#include "QuickMart-backend/domain/sku.hpp"

namespace qm::shop {

struct ProductTag {
  static constexpr const char* prefix = "prod";
};
using ProductId = Id<ProductTag>;

struct Product {
  ProductId id;
  std::string name;
  std::string description;
  CategoryId category;
  std::optional<std::string> subcategory;
  Money price;
  std::optional<Money> original_price;  // before a reduction; above `price`
  std::string brand;
  std::vector<std::string> images;  // addresses; empty: the drawn picture
  std::map<std::string, std::string> specifications;
  std::int64_t stock_quantity = 0;  // ≥ 0; of all variants together
  double rating = 0;                // 0…5
  std::int64_t review_count = 0;    // ≥ 0
  std::vector<std::string> tags;
  std::vector<Variant> variants;  // empty: it is one SKU of its own
  bool is_featured = false;
  bool is_active = true;  // an inactive one is neither listed nor found
  Timestamp created_at{};
  Timestamp updated_at{};

  bool in_stock() const noexcept { return stock_quantity > 0; }
  friend bool operator==(const Product&, const Product&) = default;
};

// How much cheaper than `original_price`, in percent, rounded to whole percents; empty when not reduced.
std::optional<int> discount_percentage(const Product& product);

}  // namespace qm::shop
