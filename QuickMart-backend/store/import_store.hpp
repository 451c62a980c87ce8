// Imports and their progress: set "import". One process writes an import's record, and everybody reads it. Kept for 30
// days. Thread-safe.
#pragma once
#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/product_import.hpp"

namespace qm::shop {

class ImportStore {
 public:
  explicit ImportStore(kv::Store& store) : store_(store) {}

  Task<Result<void>> put(ProductImport import);
  Task<Result<ProductImport>> get(ImportId id);  // NotFound

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
