#include "QuickMart-backend/app/catalog.hpp"

namespace qm::shop {

Task<Result<void>> CatalogApp::reload() {
  auto products = co_await store_.products();
  if (!products) co_return products.error();
  auto categories = co_await store_.categories();
  if (!categories) co_return categories.error();
  auto fresh = std::make_shared<const Catalog>(std::move(*products), std::move(*categories));
  snapshot_.store(std::move(fresh));
  co_return Result<void>{};
}

}  // namespace qm::shop
