#include "QuickMart-backend/app/catalog.hpp"

namespace qm::shop {
namespace {

constexpr std::int64_t kNeverRead = -1;

}  // namespace

CatalogApp::CatalogApp(CatalogStore& store) : store_(store) {
  auto nothing = std::make_shared<const Catalog>(std::vector<Product>{}, std::vector<Category>{});
  last_.store(std::make_shared<const Reading>(Reading{std::move(nothing), kNeverRead, 0}));
}

Task<Result<void>> CatalogApp::reload() {
  const std::uint64_t order = ++begun_;
  auto changes = co_await store_.changes();  // first: a change that comes while reading is then read once more
  if (!changes) co_return changes.error();
  auto products = co_await store_.products();
  if (!products) co_return products.error();
  auto categories = co_await store_.categories();
  if (!categories) co_return categories.error();
  auto catalog = std::make_shared<const Catalog>(std::move(*products), std::move(*categories));
  const auto fresh = std::make_shared<const Reading>(Reading{std::move(catalog), *changes, order});
  // A reading that began later may have ended earlier, and knows better.
  for (auto last = last_.load(); last->order < order; last = last_.load())
    if (last_.replace(last, fresh)) break;
  co_return Result<void>{};
}

Task<Result<void>> CatalogApp::publish() {
  auto noted = co_await store_.note_change();
  if (!noted) co_return noted.error();
  co_return co_await reload();
}

Task<Result<void>> CatalogApp::follow() {
  auto changes = co_await store_.changes();
  if (!changes) co_return changes.error();
  if (*changes == last_.load()->changes) co_return Result<void>{};
  co_return co_await reload();
}

}  // namespace qm::shop
