// The catalog in memory, rebuilt from the store whenever it changes. Thread-safe.
#pragma once
#include <memory>

#include "QuickMart-backend/domain/catalog.hpp"
#include "QuickMart-backend/store/catalog_store.hpp"
#include "platform/core/snapshot.hpp"

namespace qm::shop {

class CatalogApp {
 public:
  explicit CatalogApp(CatalogStore& store)
      : store_(store), snapshot_(std::make_shared<const Catalog>(std::vector<Product>{}, std::vector<Category>{})) {}

  // Reads products and categories anew; call at start and after a change. On a failure the old snapshot stays.
  Task<Result<void>> reload();
  // Never null; what was read stays as it is for as long as it is held.
  std::shared_ptr<const Catalog> snapshot() const { return snapshot_.load(); }

 private:
  CatalogStore& store_;
  Snapshot<Catalog> snapshot_;
};

}  // namespace qm::shop
