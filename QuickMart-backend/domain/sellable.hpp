// A SKU together with its product: what the catalog knows of a line in a cart. Pure; valid as long as its product is.
#pragma once
#include <string>

#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

struct Sellable {
  const Product* product = nullptr;  // never null
  const Variant* variant = nullptr;  // null: the product has none

  SkuId sku() const { return variant == nullptr ? SkuId{product->id.str()} : variant->id; }
  Money price() const { return variant != nullptr && variant->price ? *variant->price : product->price; }
  std::int64_t stock_quantity() const noexcept {
    return variant == nullptr ? product->stock_quantity : variant->stock_quantity;
  }
  // As an order calls it: «Rain jacket (red, L)».
  std::string name() const {
    std::string options;
    if (variant != nullptr)
      for (const auto& [option, value] : variant->options) options += (options.empty() ? "" : ", ") + value;
    return options.empty() ? product->name : product->name + " (" + options + ")";
  }
};

}  // namespace qm::shop
