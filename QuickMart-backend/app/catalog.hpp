// The catalog in memory, rebuilt from the store whenever it changes, whichever instance changed it. Thread-safe.
#pragma once
#include <atomic>
#include <memory>

#include "QuickMart-backend/domain/catalog.hpp"
#include "QuickMart-backend/store/catalog_store.hpp"
#include "platform/core/snapshot.hpp"

namespace qm::shop {

class CatalogApp {
 public:
  explicit CatalogApp(CatalogStore& store);

  // Reads products and categories anew; call at start. On a failure the old snapshot stays.
  Task<Result<void>> reload();
  // After a change: tells the other instances of it, and reads anew.
  Task<Result<void>> publish();
  // Reads anew if a change was published since the last reading, and costs one small read otherwise; call every now
  // and then, so that every instance follows.
  Task<Result<void>> follow();
  // Never null; what was read stays as it is for as long as it is held.
  std::shared_ptr<const Catalog> snapshot() const { return last_.load()->catalog; }

 private:
  struct Reading {
    std::shared_ptr<const Catalog> catalog;
    std::int64_t changes;  // counted before it was read
    std::uint64_t order;   // in which the readings of this process began
  };

  CatalogStore& store_;
  std::atomic<std::uint64_t> begun_{0};
  Snapshot<Reading> last_;
};

}  // namespace qm::shop
