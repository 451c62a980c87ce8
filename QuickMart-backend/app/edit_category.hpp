// Categories as staff keep them. Nothing spans records: two changes at once may make a circle that each alone does not,
// so whoever wrote last looks again and takes the change back. Thread-safe.
#pragma once
#include <optional>

#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/store/catalog_store.hpp"

namespace qm::shop {

class EditCategory {
 public:
  EditCategory(CatalogStore& store, CatalogApp& catalog) : store_(store), catalog_(catalog) {}

  Task<Result<StoredCategory>> get(CategoryId id);  // NotFound
  Task<Result<CategoryTree>> tree();

  // All write, and then publish. Invalid with every fault; AlreadyExists also for an id that differs by
  // case or separators only.
  Task<Result<StoredCategory>> create(Category category);
  // NotFound; PreconditionFailed when it is no longer of that generation; Conflict for a circle that came about.
  Task<Result<StoredCategory>> replace(Category category, std::optional<std::uint32_t> generation);
  // Neither it nor what lies under it is shown any more; products stay where they are. Idempotent. As replace().
  Task<Result<StoredCategory>> deactivate(CategoryId id, std::optional<std::uint32_t> generation);

 private:
  Task<Result<void>> refuse_circle(StoredCategory written, std::optional<Category> before);

  CatalogStore& store_;
  CatalogApp& catalog_;
};

}  // namespace qm::shop
