// Products and categories: sets "product" and "category"; and how often, and where, they changed: set "catalog", one
// record. Thread-safe.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/category.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxProducts = 2'000'000;
inline constexpr std::size_t kMaxCategories = 500;
inline constexpr std::int64_t kMaxNotedChanges = 1'000;  // the latest; whoever lags behind by more reads everything

// What changed since somebody last looked.
struct CatalogChanges {
  std::int64_t counted = 0;     // pass it to the next call
  bool everything = false;      // or so much that it is not known what
  bool categories = false;
  std::vector<ProductId> products{};  // each once
};

// `revision` counts what staff changed, and names a state of the product in an ETag. It is not the record's
// generation, as a sale writes the record too (set_stock), and who edits a product is not to be turned away for that.
struct StoredProduct {
  Product product;
  std::int64_t revision = 0;
};
struct StoredCategory {
  Category category;
  std::uint32_t generation = 0;
};

class CatalogStore {
 public:
  // What a product shall be; nothing: as it is. Null: there is none. Called anew for each attempt.
  using ProductChange = std::function<Result<std::optional<Product>>(const StoredProduct* known)>;

  explicit CatalogStore(kv::Store& store) : store_(store) {}

  // Create or replace: the same again changes nothing but the generation.
  Task<Result<void>> put(Product product);
  Task<Result<void>> put(Category category);
  Task<Result<Product>> product(ProductId id);  // NotFound
  Task<Result<StoredProduct>> stored_product(ProductId id);  // NotFound
  // One slot per id, in order; at most 1,000.
  Task<Result<std::vector<std::optional<StoredProduct>>>> stored_products(std::vector<ProductId> ids);
  // One step: nobody changes it in between. → what then is. The change's own errors.
  Task<Result<StoredProduct>> change(ProductId id, ProductChange change);
  // In no particular order, inactive ones included.
  struct ProductsPage {
    std::vector<Product> products;
    std::string cursor;  // empty: no more
  };
  Task<Result<ProductsPage>> page(std::string cursor, std::size_t limit);

  Task<Result<StoredCategory>> category(CategoryId id);  // NotFound
  Task<Result<std::uint32_t>> create(Category category);  // AlreadyExists; → its generation
  Task<Result<std::uint32_t>> update(Category category, std::uint32_t generation);  // GenerationMismatch
  // What listings show; the truth is in stock_store. NotFound.
  Task<Result<void>> set_stock(ProductId id, SkuId sku, std::int64_t quantity);
  // All of them, inactive ones included. TooLarge past kMaxProducts / kMaxCategories.
  Task<Result<std::vector<Product>>> products();
  Task<Result<std::vector<Category>>> categories();

  // One slot per id, in order; empty where there is no record. At most 1,000.
  Task<Result<std::vector<std::optional<Product>>>> products(std::vector<ProductId> ids);

  // Note a change, so that everybody who keeps a copy notices; once it is written. The first: of anything.
  Task<Result<void>> note_change();
  Task<Result<void>> note_changes(std::vector<ProductId> products, bool categories);
  // How many were counted. What is read after it holds at least these.
  Task<Result<std::int64_t>> changes();
  // What was noted after `counted`; nothing when that is still the count.
  Task<Result<CatalogChanges>> changes_after(std::int64_t counted);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
