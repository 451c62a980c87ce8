// Imports of products: many lines of a file, each one a product, in the background of the process that took the file.
//
// A line says what a product shall be; what it does not name stays as it is. So an import can be begun again whenever
// and wherever it ended, and changes nothing where it has been. Memory is bounded by a batch of lines, but for the SKUs
// of a file that is checked as a whole.
#pragma once
#include <atomic>
#include <functional>
#include <set>
#include <unordered_map>
#include <vector>

#include "platform/core/runtime.hpp"
#include "QuickMart-backend/app/edit_product.hpp"
#include "QuickMart-backend/domain/product_import.hpp"
#include "QuickMart-backend/store/import_store.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxImportsAtOnce = 2;  // in one process
// An import whose record nobody touched for so long has lost its process.
inline constexpr std::chrono::seconds kImportSilence{60};

struct ImportLine {
  std::int64_t line = 0;
  ProductId id;  // empty: the line is bad, and make() says why
  // What the line makes of the product as it stands (null: there is none). Invalid with every fault.
  std::function<Result<Product>(const StoredProduct* known)> make;
};

// The next lines of a file, at most `limit`; none: its end. Called on the pool, one call at a time. May throw.
using ImportSource = std::function<std::vector<ImportLine>(std::size_t limit)>;

struct ImportRequest {
  OnBadLine on_error = OnBadLine::skip;
  bool dry_run = false;
  std::int64_t bytes = 0;
  std::string started_by;
  std::function<ImportSource()> open;  // from the first line; called once for each pass, on the pool
};

// Thread-safe.
class ImportProducts {
 public:
  struct Uses {
    EditProduct& edit;
    ClaimSkus& claims;
    CatalogStore& store;
    CatalogApp& catalog;
    ImportStore& imports;
    CpuPool& pool;
    const Clock& clock;
  };
  explicit ImportProducts(Uses uses) : uses_(uses) {}

  // The import runs on the caller's executor when this returns. Unavailable while too many do.
  Task<Result<ProductImport>> start(ImportRequest request);
  Task<Result<ProductImport>> get(ImportId id);  // NotFound

 private:
  struct Job;
  static Task<void> work(ImportProducts& self, std::shared_ptr<Job> job);
  Task<Result<void>> run(std::shared_ptr<Job> job);
  Task<Result<void>> pass(std::shared_ptr<Job> job, bool writes);
  Task<Result<void>> batch(std::shared_ptr<Job> job, bool writes);
  Task<void> take_lines(std::shared_ptr<Job> job, bool writes);
  Task<Result<void>> take_line(std::shared_ptr<Job> job, std::size_t index, bool writes);
  Task<Result<void>> check(std::shared_ptr<Job> job, std::size_t index, Product wanted);
  Task<Result<void>> report(std::shared_ptr<Job> job);
  Task<Result<void>> publish(std::vector<ProductId> products);

  Uses uses_;
  std::atomic<std::size_t> running_{0};
};

}  // namespace qm::shop
