#include "QuickMart-backend/api/printed_catalog.hpp"

#include "platform/json/print.hpp"
#include "QuickMart-backend/api/catalog_wire.hpp"

namespace qm::shop {

PrintedCatalog::PrintedCatalog(std::shared_ptr<const Catalog> catalog) : catalog_(std::move(catalog)) {
  products_.reserve(catalog_->products().size());
  for (const Product& product : catalog_->products()) products_.push_back(json::print(wire::to_wire(product)));
  std::vector<wire::Category> categories;
  for (const Category& category : catalog_->categories())
    categories.push_back(wire::to_wire(category, catalog_->tree()));
  categories_ = json::print(categories);
}

std::string PrintedCatalog::list(const ProductQuery& query) const {
  std::string key = key_of(query);
  {
    std::shared_lock lock{mutex_};
    const auto it = remembered_.find(key);
    if (it != remembered_.end()) return it->second;
  }
  std::string answer = print(query);
  std::unique_lock lock{mutex_};
  // Full means many different queries: starting afresh is as good as choosing what to forget.
  if (remembered_.size() >= kMaxRememberedAnswers || remembered_bytes_ + answer.size() > kMaxRememberedBytes) {
    remembered_.clear();
    remembered_bytes_ = 0;
  }
  if (remembered_.try_emplace(std::move(key), answer).second) remembered_bytes_ += answer.size();
  return answer;
}

std::string PrintedCatalog::print(const ProductQuery& query) const {
  const ProductPage page = catalog_->search(query);
  std::string out = R"({"products":[)";
  for (std::size_t i = 0; i < page.products.size(); ++i) {
    if (i != 0) out += ',';
    out += products_[page.products[i]];
  }
  out += R"(],"total":)" + std::to_string(page.total) + R"(,"page":)" + std::to_string(query.page) + R"(,"limit":)" +
         std::to_string(query.limit) + R"(,"has_next":)" + (page.has_next ? "true}" : "false}");
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
  add(query.search.empty() ? "" : "=" + fold_text(query.search));
  return key;
}

}  // namespace qm::shop
