// Products and categories: sets "product" and "category"; and how often they changed: set "catalog", one record.
// Thread-safe.
#pragma once
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/category.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxProducts = 20'000;
inline constexpr std::size_t kMaxCategories = 500;

class CatalogStore {
 public:
  explicit CatalogStore(kv::Store& store) : store_(store) {}

  // Create or replace: the same again changes nothing but the generation.
  Task<Result<void>> put(Product product);
  Task<Result<void>> put(Category category);
  Task<Result<Product>> product(ProductId id);  // NotFound
  // What listings show; the truth is in stock_store. NotFound.
  Task<Result<void>> set_stock(ProductId id, SkuId sku, std::int64_t quantity);
  // All of them, inactive ones included. TooLarge past kMaxProducts / kMaxCategories.
  Task<Result<std::vector<Product>>> products();
  Task<Result<std::vector<Category>>> categories();

  // Counts a change of products or categories, so that everybody who keeps a copy notices; once they are written.
  Task<Result<void>> note_change();
  // How many were counted. What is read after it holds at least these.
  Task<Result<std::int64_t>> changes();

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
