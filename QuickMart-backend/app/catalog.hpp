// The catalog in memory with its search index, following the store whichever instance changed it. Thread-safe.
//
// What was noted as changed is read, and nothing else: the next snapshot is made of the last one, on a thread of its
// own, and so is the index's part. Only one reading is under way at a time, so that an older one never follows a newer.
#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/runtime.hpp"
#include "platform/core/snapshot.hpp"
#include "platform/core/turns.hpp"
#include "QuickMart-backend/domain/list_products.hpp"
#include "QuickMart-backend/store/catalog_store.hpp"
#include "QuickMart-backend/store/product_index.hpp"

namespace qm::shop {

struct FoundProducts {
  ProductListing listing;
  std::optional<std::string> corrected_query;  // what was searched for instead
};

class CatalogApp {
 public:
  // The search index is kept below `index_directory`; empty: in a temporary one.
  explicit CatalogApp(CatalogStore& store, std::filesystem::path index_directory = {});

  // Reads products and categories anew, and brings the index to them; call at start. On a failure the old snapshot
  // stays. With a new index of many products this takes a while (see store/product_index.hpp).
  Task<Result<void>> reload();
  // After a change: tells the other instances of it, and reads it. The first: whatever it was, so everything is read.
  Task<Result<void>> publish();
  Task<Result<void>> publish(std::vector<ProductId> products, bool categories = false);
  // Reads what was published since the last reading, and costs one small read when nothing was; call every now and
  // then, so that every instance follows. Mends the index, should it be broken.
  Task<Result<void>> follow();

  // Never null; what was read stays as it is for as long as it is held.
  std::shared_ptr<const Catalog> snapshot() const { return last_.load()->catalog; }
  // A page of `catalog`, which snapshot() gave; on the caller's thread. Unavailable while words are searched for and
  // the index is being made.
  Result<FoundProducts> list(const Catalog& catalog, const ProductQuery& query) const;
  // Queries that begin as `text` does and find something.
  Result<std::vector<std::string>> suggest(std::string_view text) const { return index_.suggest(text); }

 private:
  struct Reading {
    std::shared_ptr<const Catalog> catalog;
    std::int64_t changes;  // counted before it was read
  };
  // All with the turn taken.
  Task<Result<void>> read_everything();
  Task<Result<void>> catch_up();
  Task<Result<std::vector<Product>>> read(std::vector<ProductId> ids);
  Result<std::shared_ptr<const Catalog>> make(std::vector<Product> products, std::vector<Category> categories);
  Result<std::shared_ptr<const Catalog>> make(const Catalog& before, std::vector<Product> changed);

  CatalogStore& store_;
  Turns turns_;
  ProductIndex index_;
  Snapshot<Reading> last_;
  CpuPool builder_;  // one thread; ends first
};

}  // namespace qm::shop
