#include "QuickMart-backend/api/catalog_api.hpp"

#include "QuickMart-backend/api/catalog_wire.hpp"
#include "QuickMart-backend/api/printed_catalog.hpp"
#include "QuickMart-backend/api/product_cursor.hpp"
#include "QuickMart-backend/api/product_picture.hpp"
#include "platform/core/snapshot.hpp"

namespace qm::shop {
namespace wire {

enum class SortBy { name, price, rating, created_at };
BOOST_DESCRIBE_ENUM(SortBy, name, price, rating, created_at)
enum class SortDirection { asc, desc };
BOOST_DESCRIBE_ENUM(SortDirection, asc, desc)

// What every list of products can be asked.
struct ProductFilters {
  std::int64_t page = 1;
  std::int64_t limit = 20;
  std::optional<std::string> category;
  std::optional<std::string> subcategory;
  std::optional<std::string> brand;
  std::optional<json::Amount> min_price;
  std::optional<json::Amount> max_price;
  std::optional<double> min_rating;
  std::optional<bool> is_featured;
  std::optional<bool> in_stock;
  std::optional<std::string> search;
  std::optional<SortBy> sort_by;
  std::optional<SortDirection> sort_order;
  std::optional<std::string> cursor;  // of the answer before, instead of a page
};
BOOST_DESCRIBE_STRUCT(ProductFilters, (),
                      (page, limit, category, subcategory, brand, min_price, max_price, min_rating, is_featured,
                       in_stock, search, sort_by, sort_order, cursor))
inline auto constraints(const ProductFilters*) {
  using F = ProductFilters;
  return json::fields(
      json::field(&F::page, json::defaulted(), json::range(1, 1'000'000)),
      json::field(&F::limit, json::defaulted(), json::range(1, 100)), json::field(&F::category, json::length(1, 128)),
      json::field(&F::subcategory, json::length(1, 128)), json::field(&F::brand, json::length(1, 128)),
      json::field(&F::min_price, json::range(0, 1e9)), json::field(&F::max_price, json::range(0, 1e9)),
      json::field(&F::min_rating, json::range(0, 5)), json::field(&F::search, json::length(1, 200)),
      json::field(&F::cursor, json::length(1, kMaxCursorBytes)));
}

struct SuggestFor {
  std::string q;
};
BOOST_DESCRIBE_STRUCT(SuggestFor, (), (q))
inline auto constraints(const SuggestFor*) {
  return json::fields(json::field(&SuggestFor::q, json::length(1, 200)));
}

struct ProductSearch : ProductFilters {
  std::string q;
};
BOOST_DESCRIBE_STRUCT(ProductSearch, (ProductFilters), (q))
inline auto constraints(const ProductSearch*) {
  return std::tuple_cat(constraints(static_cast<const ProductFilters*>(nullptr)),
                        json::fields(json::field(&ProductSearch::q, json::length(1, 200))));
}

struct ByProduct {
  ProductId product_id;
};
BOOST_DESCRIBE_STRUCT(ByProduct, (), (product_id))

struct ByCategory {
  std::string category;
};
BOOST_DESCRIBE_STRUCT(ByCategory, (), (category))
inline auto constraints(const ByCategory*) {
  return json::fields(json::field(&ByCategory::category, json::length(1, 128)));
}

}  // namespace wire

namespace {

using http::Call;
using http::None;
using List = http::Printed<wire::ProductList>;

std::optional<ProductSort> to_domain(std::optional<wire::SortBy> sort) {
  if (!sort) return std::nullopt;
  switch (*sort) {
    case wire::SortBy::name: return ProductSort::name;
    case wire::SortBy::price: return ProductSort::price;
    case wire::SortBy::rating: return ProductSort::rating;
    case wire::SortBy::created_at: return ProductSort::created_at;
  }
  return std::nullopt;
}

ProductQuery to_domain(wire::ProductFilters filters) {
  ProductQuery query;
  query.page = filters.page;
  query.limit = filters.limit;
  query.category = std::move(filters.category);
  query.subcategory = std::move(filters.subcategory);
  query.brand = std::move(filters.brand);
  if (filters.min_price) query.min_price = Money{filters.min_price->minor};
  if (filters.max_price) query.max_price = Money{filters.max_price->minor};
  query.min_rating = filters.min_rating;
  query.is_featured = filters.is_featured;
  query.in_stock = filters.in_stock;
  query.search = std::move(filters.search).value_or("");
  query.sort = to_domain(filters.sort_by);
  if (filters.sort_order)
    query.order = *filters.sort_order == wire::SortDirection::desc ? SortOrder::desc : SortOrder::asc;
  return query;
}

Error bad_cursor() {
  Fault fault;
  fault.loc = {"query", "cursor"};
  fault.msg = "is no cursor of an answer to this search in this order";
  fault.type = "value_error.cursor";
  std::vector<Fault> faults;
  faults.push_back(std::move(fault));
  return invalid(std::move(faults));
}

// Holds the printed form of the newest snapshot; whoever first meets a newer one prints it.
class CatalogPrinter {
 public:
  explicit CatalogPrinter(const CatalogApp& catalog) : catalog_(catalog) {}

  std::shared_ptr<const PrintedCatalog> current() {
    auto printed = printed_.load();
    auto snapshot = catalog_.snapshot();
    if (printed && printed->catalog() == snapshot) return printed;
    printed = std::make_shared<const PrintedCatalog>(catalog_, std::move(snapshot));
    printed_.store(printed);
    return printed;
  }

  // The list that answers `query`, with the cursor as it came.
  Result<List> list(ProductQuery query, const std::optional<std::string>& cursor) {
    if (cursor) {
      query.cursor = parse_cursor(*cursor);
      if (!query.cursor || !fits(query)) return bad_cursor();
    }
    auto json = current()->list(query);
    if (!json) return json.error();
    return List{std::move(*json)};
  }

 private:
  const CatalogApp& catalog_;
  Snapshot<PrintedCatalog> printed_;
};
using Printer = std::shared_ptr<CatalogPrinter>;

// Pages after the first are no new search.
void tell_search(const CatalogWatch& watch, const http::Request& request, const ProductQuery& query) {
  if (watch.searched && !query.search.empty() && query.page == 1) watch.searched(request, query.search);
}

void add_lists(http::Api& api, const Printer& printer, const CatalogWatch& watch) {
  api.get("/api/products", {.name = "list_products", .summary = "Products, filtered and sorted", .tag = "catalog"},
          [printer, watch](Call<None, wire::ProductFilters> call) -> Task<Result<List>> {
            ProductQuery query = to_domain(call.query);
            tell_search(watch, *call.request, query);
            co_return printer->list(std::move(query), call.query.cursor);
          });
  api.get("/api/products/search",
          {.name = "search_products",
           .summary = "Products by words in name, brand, tags and description",
           .tag = "catalog"},
          [printer, watch](Call<None, wire::ProductSearch> call) -> Task<Result<List>> {
            ProductQuery query = to_domain(call.query);
            query.search = call.query.q;
            tell_search(watch, *call.request, query);
            co_return printer->list(std::move(query), call.query.cursor);
          });
  api.get("/api/products/featured", {.name = "featured_products", .summary = "Featured products", .tag = "catalog"},
          [printer](Call<None, wire::ProductFilters> call) -> Task<Result<List>> {
            ProductQuery query = to_domain(call.query);
            query.is_featured = true;
            co_return printer->list(std::move(query), call.query.cursor);
          });
  api.get("/api/products/category/{category}",
          {.name = "products_of_category", .summary = "Products of a category", .tag = "catalog"},
          [printer](Call<wire::ByCategory, wire::ProductFilters> call) -> Task<Result<List>> {
            ProductQuery query = to_domain(call.query);
            query.category = std::move(call.path.category);
            co_return printer->list(std::move(query), call.query.cursor);
          });
}

void add_suggestions(http::Api& api, const CatalogApp& catalog) {
  api.get("/api/products/suggest",
          {.name = "suggest_searches", .summary = "Searches that begin so and find something", .tag = "catalog"},
          [&catalog](Call<None, wire::SuggestFor> call) -> Task<Result<wire::Suggestions>> {
            auto found = catalog.suggest(call.query.q);
            if (!found) co_return found.error();
            wire::Suggestions out;
            out.suggestions = std::move(*found);
            co_return out;
          });
}

void add_single(http::Api& api, const Printer& printer, const CatalogWatch& watch) {
  using Categories = http::Printed<std::vector<wire::Category>>;
  using One = http::Printed<wire::Product>;
  api.get("/api/products/categories", {.name = "list_categories", .summary = "Categories", .tag = "catalog"},
          [printer](Call<>) -> Task<Result<Categories>> { co_return Categories{printer->current()->categories()}; });
  api.get("/api/products/{product_id}",
          {.name = "get_product", .summary = "One product", .tag = "catalog", .errors = {404}},
          [printer, watch](Call<wire::ByProduct> call) -> Task<Result<One>> {
            const auto printed = printer->current();
            const Product* product = printed->catalog()->find(call.path.product_id);
            if (product == nullptr) co_return not_found("There is no such product.");
            if (watch.viewed) watch.viewed(*call.request, *product);
            co_return One{json::print(wire::to_wire(*product))};
          });
}

void add_pictures(http::Api& api, const CatalogApp& catalog) {
  // Outside the typed world: an SVG, not JSON.
  api.raw(http::Method::Get, "/api/pictures/{picture}",
          {.name = "product_picture", .summary = "A drawn picture of a product", .tag = "catalog"},
          [&catalog](const http::Request& request) -> Task<http::Response> {
            const auto id = product_of_picture(request.path.substr(request.path.rfind('/') + 1));
            const auto snapshot = catalog.snapshot();
            const Product* product = id ? snapshot->find(*id) : nullptr;
            if (!product) co_return http::error_answer(not_found("There is no such picture."), request.request_id);
            http::Response response;
            response.content_type = "image/svg+xml";
            response.body = draw_picture(*product);
            response.headers.emplace_back("Cache-Control", "public, max-age=86400");
            response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
            co_return response;
          });
}

}  // namespace

void add_catalog_routes(http::Api& api, const CatalogApp& catalog, CatalogWatch watch) {
  const auto printer = std::make_shared<CatalogPrinter>(catalog);
  add_lists(api, printer, watch);
  add_suggestions(api, catalog);
  add_single(api, printer, watch);
  add_pictures(api, catalog);
}

}  // namespace qm::shop
