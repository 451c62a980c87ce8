#include "QuickMart-backend/api/printed_catalog.hpp"

#include "platform/json/print.hpp"
#include "QuickMart-backend/api/catalog_wire.hpp"
#include "QuickMart-backend/api/product_cursor.hpp"
#include "QuickMart-backend/domain/fold_text.hpp"

namespace qm::shop {

PrintedCatalog::PrintedCatalog(const CatalogApp& app, std::shared_ptr<const Catalog> catalog)
    : app_(app), catalog_(std::move(catalog)) {
  std::vector<wire::Category> categories;
  for (const Category& category : catalog_->categories())
    categories.push_back(wire::to_wire(category, catalog_->tree()));
  categories_ = json::print(categories);
}

Result<std::string> PrintedCatalog::list(const ProductQuery& query) const {
  std::string key = key_of(query);
  {
    std::shared_lock lock{mutex_};
    const auto it = remembered_.find(key);
    if (it != remembered_.end()) return it->second;
  }
  const auto found = app_.list(*catalog_, query);
  if (!found) return found.error();
  std::string answer = print(query, *found);
  std::unique_lock lock{mutex_};
  // Full means many different queries: starting afresh is as good as choosing what to forget.
  if (remembered_.size() >= kMaxRememberedAnswers || remembered_bytes_ + answer.size() > kMaxRememberedBytes) {
    remembered_.clear();
    remembered_bytes_ = 0;
  }
  if (remembered_.try_emplace(std::move(key), answer).second) remembered_bytes_ += answer.size();
  return answer;
}

// A wire::ProductList.
std::string PrintedCatalog::print(const ProductQuery& query, const FoundProducts& found) const {
  const ProductListing& listing = found.listing;
  std::string out = R"({"products":[)";
  for (std::size_t i = 0; i < listing.products.size(); ++i) {
    if (i != 0) out += ',';
    json::print_to(wire::to_wire(catalog_->item(listing.products[i]).product), out);
  }
  out += R"(],"total":)" + std::to_string(listing.total) + R"(,"page":)" + std::to_string(query.page) +
         R"(,"limit":)" + std::to_string(query.limit) + R"(,"has_next":)" + (listing.has_next ? "true" : "false");
  if (listing.next) {
    out += R"(,"next_cursor":)";
    json::print_text(print_cursor(*listing.next), out);
  }
  if (found.corrected_query) {
    out += R"(,"corrected_query":)";
    json::print_text(*found.corrected_query, out);
  }
  out += R"(,"facets":)";
  json::print_to(wire::to_wire(listing.facets), out);
  out += '}';
  return out;
}

std::string key_of(const ProductQuery& query) {
  std::string key;
  auto add = [&key](std::string_view part) {
    key += part;
    key += '\n';  // folded words have none
  };
  auto add_number = [&add](auto number) { add(number ? std::to_string(*number) : ""); };
  using Number = std::optional<std::int64_t>;
  add_number(Number{query.page});
  add_number(Number{query.limit});
  for (const auto* name : {&query.category, &query.subcategory, &query.brand})
    add(*name ? "=" + fold_text(**name) : "");
  add_number(query.min_price ? Number{query.min_price->minor()} : Number{});
  add_number(query.max_price ? Number{query.max_price->minor()} : Number{});
  add_number(query.is_featured ? Number{*query.is_featured} : Number{});
  add_number(query.in_stock ? Number{*query.in_stock} : Number{});
  add_number(query.sort ? Number{static_cast<int>(*query.sort)} : Number{});
  add_number(query.order ? Number{static_cast<int>(*query.order)} : Number{});
  add(query.min_rating ? std::to_string(*query.min_rating) : "");
  add(query.cursor ? print_cursor(*query.cursor) : "");
  add(query.search.empty() ? "" : "=" + query.search);  // as it is, since an id is one in one spelling only
  return key;
}

}  // namespace qm::shop
