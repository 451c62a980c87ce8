#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

std::optional<int> discount_percentage(const Product& product) {
  if (!product.original_price || *product.original_price <= product.price) return std::nullopt;
  const auto before = product.original_price->minor();
  const auto saved = before - product.price.minor();
  return static_cast<int>((saved * 100 + before / 2) / before);
}

}  // namespace qm::shop
