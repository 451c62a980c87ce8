// The catalog as JSON: products and lists, and the finished answers of recent queries. Thread-safe.
#pragma once
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "QuickMart-backend/app/catalog.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxRememberedAnswers = 256;
inline constexpr std::size_t kMaxRememberedBytes = 8 * 1024 * 1024;

class PrintedCatalog {
 public:
  // `app` made the snapshot and outlives this.
  PrintedCatalog(const CatalogApp& app, std::shared_ptr<const Catalog> catalog);

  const std::shared_ptr<const Catalog>& catalog() const noexcept { return catalog_; }
  const std::string& categories() const noexcept { return categories_; }
  // The ProductList that answers the query. Unavailable: see CatalogApp::list.
  Result<std::string> list(const ProductQuery& query) const;

 private:
  std::string print(const ProductQuery& query, const FoundProducts& found) const;

  const CatalogApp& app_;
  std::shared_ptr<const Catalog> catalog_;
  std::string categories_;

  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, std::string> remembered_;
  mutable std::size_t remembered_bytes_ = 0;
};

// The same query always has the same key, however it was written.
std::string key_of(const ProductQuery& query);

}  // namespace qm::shop
