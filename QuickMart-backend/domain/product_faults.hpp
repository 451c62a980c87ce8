// What a product must be like before it is kept. Pure.
#pragma once
#include <string>
#include <vector>

#include "QuickMart-backend/domain/category.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxProductNameBytes = 200;
inline constexpr std::size_t kMaxProductDescriptionBytes = 20'000;
inline constexpr std::size_t kMaxProductWordBytes = 128;  // brand, subcategory, a tag, a name of a specification
inline constexpr std::size_t kMaxSpecificationBytes = 2'000;
inline constexpr std::size_t kMaxImages = 20;
inline constexpr std::size_t kMaxImageBytes = 2'048;
inline constexpr std::size_t kMaxSpecifications = 100;
inline constexpr std::size_t kMaxProductTags = 50;
inline constexpr std::size_t kMaxVariantOptions = 10;
inline constexpr std::int64_t kMaxPriceMinor = 100'000'000'000;  // a billion
inline constexpr std::int64_t kMaxQuantity = 1'000'000'000;

struct FieldFault {
  std::vector<std::string> field;  // as on the wire: {"variants", "0", "sku"}
  std::string message;
  friend bool operator==(const FieldFault&, const FieldFault&) = default;
};

// Every one; empty when the product may be kept. Whether its category is there and its SKUs are free is not asked here.
//
// The price of a product with variants is the lowest of theirs, so that a list shows and filters what it can be had
// for: a variant without a price of its own costs what the product does, and none costs less.
std::vector<FieldFault> faults_of(const Product& product);
std::vector<FieldFault> faults_of(const Category& category);

// The SKUs it is sold as: its variants', or one named as the product is.
std::vector<SkuId> skus_of(const Product& product);
bool has_sku(const Product& product, const SkuId& sku);

}  // namespace qm::shop
