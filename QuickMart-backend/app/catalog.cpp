#include "QuickMart-backend/app/catalog.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

constexpr std::int64_t kNeverRead = -1;
constexpr std::size_t kBuilderThreads = 1, kBuilderQueue = 4;
constexpr std::size_t kReadAtOnce = 500;

using Made = Result<std::shared_ptr<const Catalog>>;

}  // namespace

CatalogApp::CatalogApp(CatalogStore& store, std::filesystem::path index_directory)
    : store_(store), index_(std::move(index_directory)), builder_(kBuilderThreads, kBuilderQueue) {
  auto nothing = std::make_shared<const Catalog>(std::vector<Product>{}, std::vector<Category>{});
  last_.store(std::make_shared<const Reading>(Reading{std::move(nothing), kNeverRead}));
}

// --- making, on the builder's thread ---------------------------------------------------------------------------------

Result<std::shared_ptr<const Catalog>> CatalogApp::make(std::vector<Product> products,
                                                        std::vector<Category> categories) {
  std::erase_if(products, [](const Product& each) { return !each.is_active; });
  std::vector<const Product*> indexed;
  indexed.reserve(products.size());
  for (const Product& each : products) indexed.push_back(&each);
  const auto numbers = index_.bring_to(indexed);
  if (!numbers) return numbers.error();
  return std::make_shared<const Catalog>(std::move(products), std::move(categories), *numbers);
}

Result<std::shared_ptr<const Catalog>> CatalogApp::make(const Catalog& before, std::vector<Product> changed) {
  std::vector<ProductId> ids;
  for (const Product& each : changed) ids.push_back(each.id);
  auto next = before.with(std::move(changed));
  std::vector<std::pair<ProductIndex::Number, const Product*>> texts;
  for (const ProductId& id : ids) {
    const auto old_number = before.number(id.str()), number = next->number(id.str());
    if (number) texts.emplace_back(*number, next->at(*number));
    else if (old_number) texts.emplace_back(*old_number, nullptr);
  }
  const auto indexed = index_.change(texts);
  if (!indexed) return indexed.error();
  return next;
}

// --- reading ---------------------------------------------------------------------------------------------------------

Task<Result<void>> CatalogApp::reload() {
  auto turn = co_await turns_.take();
  co_return co_await read_everything();
}

Task<Result<void>> CatalogApp::read_everything() {
  auto changes = co_await store_.changes();  // first: a change that comes while reading is then read once more
  if (!changes) co_return changes.error();
  auto products = co_await store_.products();
  if (!products) co_return products.error();
  auto categories = co_await store_.categories();
  if (!categories) co_return categories.error();
  Made made = Error{};
  auto work = [this, &made, &products, &categories] {
    made = make(std::move(*products), std::move(*categories));
    return true;
  };
  auto ran = co_await builder_.run(std::move(work));
  if (!ran) co_return ran.error();
  if (!made) co_return made.error();
  last_.store(std::make_shared<const Reading>(Reading{std::move(*made), *changes}));
  co_return Result<void>{};
}

Task<Result<std::vector<Product>>> CatalogApp::read(std::vector<ProductId> ids) {
  std::vector<Product> read;
  for (std::size_t from = 0; from < ids.size(); from += kReadAtOnce) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(from);
    std::vector<ProductId> some(first, first + static_cast<std::ptrdiff_t>(std::min(kReadAtOnce, ids.size() - from)));
    auto products = co_await store_.products(some);
    if (!products) co_return products.error();
    for (std::size_t i = 0; i < some.size(); ++i) {
      if ((*products)[i]) {
        read.push_back(std::move(*(*products)[i]));
        continue;
      }
      Product gone;
      gone.id = some[i];
      gone.is_active = false;
      read.push_back(std::move(gone));
    }
  }
  co_return read;
}

Task<Result<void>> CatalogApp::catch_up() {
  const auto last = last_.load();
  if (last->changes == kNeverRead || !index_.is_usable()) co_return co_await read_everything();
  auto changes = co_await store_.changes_after(last->changes);
  if (!changes) co_return changes.error();
  if (changes->everything) co_return co_await read_everything();
  auto catalog = last->catalog;
  if (changes->categories) {
    auto categories = co_await store_.categories();
    if (!categories) co_return categories.error();
    catalog = catalog->with(std::move(*categories));
  }
  if (!changes->products.empty()) {
    auto products = co_await read(std::move(changes->products));
    if (!products) co_return products.error();
    Made made = Error{};
    auto work = [this, &made, &catalog, &products] {
      made = make(*catalog, std::move(*products));
      return true;
    };
    auto ran = co_await builder_.run(std::move(work));
    if (!ran) co_return ran.error();
    if (!made) co_return made.error();
    catalog = std::move(*made);
  }
  last_.store(std::make_shared<const Reading>(Reading{std::move(catalog), changes->counted}));
  co_return Result<void>{};
}

Task<Result<void>> CatalogApp::publish() {
  auto noted = co_await store_.note_change();
  if (!noted) co_return noted.error();
  auto turn = co_await turns_.take();
  co_return co_await catch_up();
}

Task<Result<void>> CatalogApp::publish(std::vector<ProductId> products, bool categories) {
  auto noted = co_await store_.note_changes(std::move(products), categories);
  if (!noted) co_return noted.error();
  auto turn = co_await turns_.take();
  co_return co_await catch_up();
}

Task<Result<void>> CatalogApp::follow() {
  auto changes = co_await store_.changes();
  if (!changes) co_return changes.error();
  if (*changes == last_.load()->changes && index_.is_usable()) co_return Result<void>{};
  auto turn = co_await turns_.take();
  co_return co_await catch_up();
}

Result<FoundProducts> CatalogApp::list(const Catalog& catalog, const ProductQuery& query) const {
  FoundProducts found;
  if (query.search.empty()) {
    found.listing = list_products(catalog, query);
    return found;
  }
  auto matches = index_.search(query.search);
  if (!matches) return matches.error();
  found.listing = list_products(catalog, query, &*matches);
  found.corrected_query = std::move(matches->corrected_query);
  return found;
}

}  // namespace qm::shop
