#include "QuickMart-backend/domain/catalog.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace qm::shop {
namespace {

constexpr double kNameWeight = 8, kBrandWeight = 5, kTagWeight = 4, kCategoryWeight = 3, kDescriptionWeight = 1;

struct SortKeys {
  const std::vector<Product>& products;
  const std::vector<std::string>& names;  // folded

  // Negative, zero, positive, as a sorts before b, ascending.
  int compare(ProductSort sort, std::uint32_t a, std::uint32_t b) const {
    const Product &x = products[a], &y = products[b];
    switch (sort) {
      case ProductSort::featured: return int{y.is_featured} - int{x.is_featured};
      case ProductSort::price: return three_way(x.price, y.price);
      case ProductSort::rating: return three_way(x.rating, y.rating);
      case ProductSort::created_at: return three_way(x.created_at, y.created_at);
      case ProductSort::name:
      case ProductSort::relevance: break;
    }
    return three_way(names[a], names[b]);
  }
  // Equal ones stand by name, then id, so that pages never overlap.
  bool by_name(std::uint32_t a, std::uint32_t b) const {
    if (names[a] != names[b]) return names[a] < names[b];
    return products[a].id < products[b].id;
  }

 private:
  template <class T>
  static int three_way(const T& a, const T& b) { return a < b ? -1 : b < a ? 1 : 0; }
};

constexpr std::array kSorts{ProductSort::featured, ProductSort::relevance, ProductSort::name,
                            ProductSort::price,    ProductSort::rating,    ProductSort::created_at};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += part + " ";
  return text;
}

}  // namespace

Catalog::Catalog(std::vector<Product> products, std::vector<Category> categories) : categories_(std::move(categories)) {
  std::sort(categories_.begin(), categories_.end(), [](const Category& a, const Category& b) {
    return std::tie(a.sort_order, a.name, a.id) < std::tie(b.sort_order, b.name, b.id);
  });
  tree_ = CategoryTree{categories_};
  std::erase_if(categories_, [this](const Category& each) { return !tree_.is_shown(each.id); });

  for (Product& product : products) {
    const auto [it, fresh] = position_.try_emplace(product.id.str(), static_cast<std::uint32_t>(products_.size()));
    if (fresh) products_.push_back(std::move(product));
    else products_[it->second] = std::move(product);
  }
  std::erase_if(products_, [](const Product& each) { return !each.is_active; });
  position_.clear();

  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < products_.size(); ++i) {
    const Product& product = products_[i];
    position_[product.id.str()] = i;
    for (std::uint32_t k = 0; k < product.variants.size(); ++k) variants_[product.variants[k].id.str()] = {i, k};
    names.push_back(fold_text(product.name));
    folded_.push_back(
        {fold_text(product.category.str()), fold_text(product.subcategory.value_or("")), fold_text(product.brand)});
    index_.add(i, product.name, kNameWeight);
    index_.add(i, product.brand, kBrandWeight);
    index_.add(i, joined(product.tags), kTagWeight);
    index_.add(i, product.category.str() + " " + product.subcategory.value_or(""), kCategoryWeight);
    index_.add(i, product.description, kDescriptionWeight);
  }
  index_.seal();

  const SortKeys keys{products_, names};
  for (ProductSort sort : kSorts) {
    for (SortOrder order : {SortOrder::asc, SortOrder::desc}) {
      Positions positions(products_.size());
      std::iota(positions.begin(), positions.end(), 0U);
      std::sort(positions.begin(), positions.end(), [&](std::uint32_t a, std::uint32_t b) {
        const int compared = keys.compare(sort, a, b) * (order == SortOrder::asc ? 1 : -1);
        return compared != 0 ? compared < 0 : keys.by_name(a, b);
      });
      sorted_.push_back(std::move(positions));
    }
  }
}

const Product* Catalog::find(const ProductId& id) const noexcept {
  const auto at = position(id.str());
  return at ? &products_[*at] : nullptr;
}

std::optional<Sellable> Catalog::find_sku(const SkuId& sku) const noexcept {
  if (const auto at = variants_.find(sku.str()); at != variants_.end()) {
    const Product& product = products_[at->second.product];
    return Sellable{&product, &product.variants[at->second.variant]};
  }
  const auto at = position(sku.str());
  if (!at || !products_[*at].variants.empty()) return std::nullopt;
  return Sellable{&products_[*at], nullptr};
}

std::optional<std::uint32_t> Catalog::position(std::string_view id) const noexcept {
  const auto it = position_.find(std::string{id});
  if (it == position_.end()) return std::nullopt;
  return it->second;
}

const Catalog::Positions& Catalog::sorted_by(ProductSort sort, SortOrder order) const {
  const auto at = static_cast<std::size_t>(std::find(kSorts.begin(), kSorts.end(), sort) - kSorts.begin());
  return sorted_[at * 2 + (order == SortOrder::desc ? 1 : 0)];
}

bool Catalog::admits(const ProductQuery& query, std::uint32_t position) const {
  const Product& product = products_[position];
  const Folded& folded = folded_[position];
  if (query.category && !tree_.is_within(folded.category, *query.category)) return false;
  if (query.subcategory && *query.subcategory != folded.subcategory) return false;
  if (query.brand && *query.brand != folded.brand) return false;
  if (query.min_price && product.price < *query.min_price) return false;
  if (query.max_price && product.price > *query.max_price) return false;
  if (query.is_featured && product.is_featured != *query.is_featured) return false;
  return !query.in_stock || product.in_stock() == *query.in_stock;
}

ProductPage Catalog::search(const ProductQuery& asked) const {
  ProductQuery query = asked;
  for (auto* name : {&query.category, &query.subcategory, &query.brand})
    if (*name) **name = fold_text(**name);

  const bool searching = !query.search.empty();
  std::vector<double> score;
  Positions ranked;
  if (searching) {
    score.assign(products_.size(), 0);
    for (const Hit& hit : index_.search(query.search)) {
      score[hit.document] = hit.score;
      ranked.push_back(hit.document);
    }
  }
  const ProductSort sort = query.sort.value_or(searching ? ProductSort::relevance : ProductSort::featured);
  const bool by_rank = searching && sort == ProductSort::relevance;
  const Positions& order = sorted_by(sort, query.order.value_or(SortOrder::asc));
  if (by_rank) {
    // Equally good hits stand by name, as everywhere else.
    Positions place(products_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    std::sort(ranked.begin(), ranked.end(), [&](std::uint32_t a, std::uint32_t b) {
      return score[a] != score[b] ? score[a] > score[b] : place[a] < place[b];
    });
  }

  ProductPage page;
  const std::int64_t first = (query.page - 1) * query.limit;
  for (std::uint32_t position : by_rank ? ranked : order) {
    if (searching && score[position] <= 0) continue;
    if (!admits(query, position)) continue;
    if (page.total >= first && page.total < first + query.limit) page.products.push_back(position);
    ++page.total;
  }
  page.has_next = page.total > first + query.limit;
  return page;
}

}  // namespace qm::shop
