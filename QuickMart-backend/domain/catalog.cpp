#include "QuickMart-backend/domain/catalog.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "QuickMart-backend/domain/fold_text.hpp"

namespace qm::shop {
namespace {

constexpr std::array kKeptSorts{ProductSort::featured, ProductSort::name, ProductSort::price, ProductSort::rating,
                                ProductSort::created_at};
constexpr std::array kBothOrders{SortOrder::asc, SortOrder::desc};
constexpr unsigned kVariantBits = 8;
static_assert(kMaxVariants < (1U << kVariantBits));

std::size_t place_of(ProductSort sort, SortOrder order) {
  const auto found = std::find(kKeptSorts.begin(), kKeptSorts.end(), sort);
  // Relevance is no order of its own: without a search it is the one by name.
  const auto at = static_cast<std::size_t>(found == kKeptSorts.end() ? 1 : found - kKeptSorts.begin());
  return at * kBothOrders.size() + (order == SortOrder::desc ? 1 : 0);
}

// `old` without what `is_gone` says, and with `added` where they belong.
template <class Entry, class IsGone, class Less>
std::vector<Entry> merged(const std::vector<Entry>& old, IsGone is_gone, std::vector<Entry> added, Less less) {
  std::vector<Entry> kept;
  kept.reserve(old.size());
  std::copy_if(old.begin(), old.end(), std::back_inserter(kept), [&](const Entry& each) { return !is_gone(each); });
  if (added.empty()) return kept;
  std::sort(added.begin(), added.end(), less);
  std::vector<Entry> out;
  out.reserve(kept.size() + added.size());
  auto from = kept.begin();
  for (const Entry& entry : added) {
    const auto to = std::upper_bound(from, kept.end(), entry, less);
    out.insert(out.end(), from, to);
    out.push_back(entry);
    from = to;
  }
  out.insert(out.end(), from, kept.end());
  return out;
}

bool differ_in_stock_only(const Product& before, const Product& after) {
  if (before.variants.size() != after.variants.size()) return false;
  Product same = after;
  same.stock_quantity = before.stock_quantity;
  for (std::size_t i = 0; i < same.variants.size(); ++i)
    same.variants[i].stock_quantity = before.variants[i].stock_quantity;
  return same == before;
}

bool name_before(const ProductItem& a, const ProductItem& b) noexcept {
  return std::tie(a.sort_name, a.product.id) < std::tie(b.sort_name, b.product.id);
}

}  // namespace

std::uint16_t to_hundredths(double rating) {
  return static_cast<std::uint16_t>(std::lround(std::clamp(rating, 0.0, 5.0) * 100));
}

// --- codes -----------------------------------------------------------------------------------------------------------

std::uint32_t ValueCodes::add(const std::string& text) {
  const auto [at, fresh] = codes_.try_emplace(fold_text(text), static_cast<std::uint32_t>(texts_.size()));
  if (fresh) texts_.push_back(text);
  return at->second;
}

std::uint32_t ValueCodes::find(std::string_view text) const {
  const auto at = codes_.find(fold_text(text));
  return at == codes_.end() ? kUnknown : at->second;
}

// --- making ----------------------------------------------------------------------------------------------------------

Catalog::Departments::Departments(std::vector<Category> categories) : shown(std::move(categories)) {
  std::sort(shown.begin(), shown.end(), [](const Category& a, const Category& b) {
    return std::tie(a.sort_order, a.name, a.id) < std::tie(b.sort_order, b.name, b.id);
  });
  tree = CategoryTree{shown};
  std::erase_if(shown, [this](const Category& each) { return !tree.is_shown(each.id); });
}

Catalog::Catalog(std::vector<Product> products, std::vector<Category> categories, const Numbers& numbers)
    : departments_(std::make_shared<const Departments>(std::move(categories))) {
  std::unordered_map<std::string, Number> first_of_id;
  first_of_id.reserve(products.size());
  for (std::size_t i = 0; i < products.size(); ++i) {
    const Number own = i < numbers.size() ? numbers[i] : static_cast<Number>(i);
    const Number number = first_of_id.try_emplace(products[i].id.str(), own).first->second;
    add(std::move(products[i]), number);
  }
  arrange();
}

Catalog::Number Catalog::add(Product product, Number number) {
  if (in_stock_.size() <= number / 64) in_stock_.resize(number / 64 + 1);
  const std::uint64_t bit = std::uint64_t{1} << (number % 64);
  in_stock_[number / 64] = product.is_active && product.in_stock() ? in_stock_[number / 64] | bit
                                                                   : in_stock_[number / 64] & ~bit;
  if (!product.is_active) {
    items_.set(number, nullptr);
    return number;
  }
  std::string sort_name = fold_text(product.name);
  if (sort_name.size() > kMaxSortedNameBytes) sort_name.resize(kMaxSortedNameBytes);
  items_.set(number, std::make_shared<const ProductItem>(ProductItem{std::move(product), std::move(sort_name)}));
  return number;
}

void Catalog::describe(Arranged& arranged, Number number) const {
  ProductRow row;
  if (items_[number] != nullptr) {
    const Product& product = items_[number]->product;
    row.price_minor = product.price.minor();
    row.category = arranged.categories.add(product.category.str());
    row.subcategory = arranged.subcategories.add(product.subcategory.value_or(""));
    row.brand = arranged.brands.add(product.brand);
    row.rating_hundredths = to_hundredths(product.rating);
    row.is_shown = true;
    row.is_featured = product.is_featured;
  }
  arranged.rows[number] = row;
}

void Catalog::rank_names(Arranged& arranged) const {
  arranged.name_rank.resize(items_.size());
  std::uint32_t rank = 0;
  for (Number number : arranged.sorted[place_of(ProductSort::name, SortOrder::asc)])
    arranged.name_rank[number] = rank++;
}

// Sorts by names once, and everything else by numbers.
void Catalog::arrange() {
  auto arranged = std::make_shared<Arranged>();
  arranged_ = arranged;  // sort_key() looks at the rows
  arranged->rows.resize(items_.size());
  for (Number number = 0; number < end(); ++number) {
    describe(*arranged, number);
    if (items_[number] != nullptr) arranged->by_id.push_back(number);
  }
  Numbers by_name = arranged->by_id;
  std::sort(by_name.begin(), by_name.end(), [this](Number a, Number b) { return name_before(item(a), item(b)); });
  arranged->sorted.resize(kKeptSorts.size() * kBothOrders.size());
  arranged->sorted[place_of(ProductSort::name, SortOrder::asc)] = by_name;
  rank_names(*arranged);

  using Entry = std::tuple<std::int64_t, std::uint32_t, Number>;
  std::vector<Entry> entries(by_name.size());
  for (ProductSort sort : kKeptSorts) {
    for (SortOrder order : kBothOrders) {
      Numbers& sorted = arranged->sorted[place_of(sort, order)];
      if (sort == ProductSort::name) {
        sorted = by_name;
        if (order == SortOrder::desc) std::reverse(sorted.begin(), sorted.end());
        continue;
      }
      for (std::uint32_t rank = 0; rank < by_name.size(); ++rank)
        entries[rank] = {sort_key(sort, order, by_name[rank]), rank, by_name[rank]};
      std::sort(entries.begin(), entries.end());
      sorted.resize(entries.size());
      std::transform(entries.begin(), entries.end(), sorted.begin(), [](const Entry& e) { return std::get<2>(e); });
    }
  }

  for (Number number : arranged->by_id)
    for (std::size_t k = 0; k < item(number).product.variants.size(); ++k)
      arranged->by_sku.push_back(std::uint64_t{number} << kVariantBits | k);
  std::sort(arranged->by_id.begin(), arranged->by_id.end(),
            [this](Number a, Number b) { return item(a).product.id < item(b).product.id; });
  std::sort(arranged->by_sku.begin(), arranged->by_sku.end(),
            [this](std::uint64_t a, std::uint64_t b) { return sku_text(a) < sku_text(b); });
}

void Catalog::rearrange(const Arranged& before, const std::vector<bool>& is_changed, const Numbers& changed) {
  auto arranged = std::make_shared<Arranged>();
  arranged_ = arranged;
  arranged->rows.reserve(items_.size());
  arranged->rows = before.rows;
  arranged->rows.resize(items_.size());
  arranged->categories = before.categories;
  arranged->subcategories = before.subcategories;
  arranged->brands = before.brands;
  for (Number number : changed) describe(*arranged, number);

  Numbers shown;
  std::vector<std::uint64_t> skus;
  for (Number number : changed) {
    if (items_[number] == nullptr) continue;
    shown.push_back(number);
    for (std::size_t k = 0; k < item(number).product.variants.size(); ++k)
      skus.push_back(std::uint64_t{number} << kVariantBits | k);
  }
  const auto is_gone = [&is_changed](Number number) -> bool { return is_changed[number]; };
  const auto sku_is_gone = [&is_changed](std::uint64_t place) -> bool { return is_changed[place >> kVariantBits]; };
  arranged->by_id = merged(before.by_id, is_gone, shown,
                           [this](Number a, Number b) { return item(a).product.id < item(b).product.id; });
  arranged->by_sku = merged(before.by_sku, sku_is_gone, std::move(skus),
                            [this](std::uint64_t a, std::uint64_t b) { return sku_text(a) < sku_text(b); });
  for (ProductSort sort : kKeptSorts)
    for (SortOrder order : kBothOrders)
      arranged->sorted.push_back(merged(before.sorted[place_of(sort, order)], is_gone, shown,
                                        [=, this](Number a, Number b) { return sorts_before(sort, order, a, b); }));
  rank_names(*arranged);
}

std::shared_ptr<const Catalog> Catalog::with(std::vector<Product> changed) const {
  auto next = std::make_shared<Catalog>(*this);
  std::unordered_map<std::string, Number> fresh;
  std::vector<bool> is_changed;
  Numbers moved;
  for (Product& product : changed) {
    auto known = number(product.id.str());
    if (!known && fresh.contains(product.id.str())) known = fresh[product.id.str()];
    if (!known && !product.is_active) continue;
    const Number at = known.value_or(next->end());
    if (!known) fresh[product.id.str()] = at;
    const bool stays = known && product.is_active && at < end() && next->items_[at] != nullptr &&
                       differ_in_stock_only(next->items_[at]->product, product);
    next->add(std::move(product), at);
    if (stays) continue;
    is_changed.resize(std::max<std::size_t>(is_changed.size(), next->end()));
    if (!is_changed[at]) moved.push_back(at);
    is_changed[at] = true;
  }
  is_changed.resize(next->end());
  if (!moved.empty()) next->rearrange(*arranged_, is_changed, moved);
  return next;
}

std::shared_ptr<const Catalog> Catalog::with(std::vector<Category> categories) const {
  auto next = std::make_shared<Catalog>(*this);
  next->departments_ = std::make_shared<const Departments>(std::move(categories));
  return next;
}

// --- reading ---------------------------------------------------------------------------------------------------------

const Product* Catalog::at(Number number) const noexcept {
  return number < end() && items_[number] != nullptr ? &items_[number]->product : nullptr;
}

std::optional<Catalog::Number> Catalog::number(std::string_view id) const noexcept {
  const Numbers& by_id = arranged_->by_id;
  const auto at = std::lower_bound(by_id.begin(), by_id.end(), id, [this](Number number, std::string_view wanted) {
    return item(number).product.id.str() < wanted;
  });
  if (at == by_id.end() || item(*at).product.id.str() != id) return std::nullopt;
  return *at;
}

const Product* Catalog::find(const ProductId& id) const noexcept {
  const auto found = number(id.str());
  return found ? &item(*found).product : nullptr;
}

const std::string& Catalog::sku_text(std::uint64_t place) const noexcept {
  const Product& product = item(static_cast<Number>(place >> kVariantBits)).product;
  return product.variants[place & ((1U << kVariantBits) - 1)].id.str();
}

std::optional<Sellable> Catalog::find_sku(const SkuId& sku) const noexcept {
  const auto& by_sku = arranged_->by_sku;
  const auto at = std::lower_bound(by_sku.begin(), by_sku.end(), sku.str(),
                                   [this](std::uint64_t place, const std::string& id) { return sku_text(place) < id; });
  if (at != by_sku.end() && sku_text(*at) == sku.str()) {
    const Product& product = item(static_cast<Number>(*at >> kVariantBits)).product;
    return Sellable{&product, &product.variants[*at & ((1U << kVariantBits) - 1)]};
  }
  const auto found = number(sku.str());
  if (!found || !item(*found).product.variants.empty()) return std::nullopt;
  return Sellable{&item(*found).product, nullptr};
}

const Catalog::Numbers& Catalog::sorted_by(ProductSort sort, SortOrder order) const {
  return arranged_->sorted[place_of(sort, order)];
}

std::int64_t Catalog::sort_key(ProductSort sort, SortOrder order, Number number) const noexcept {
  std::int64_t key = 0;
  switch (sort) {
    case ProductSort::featured: key = arranged_->rows[number].is_featured ? 0 : 1; break;
    case ProductSort::price: key = arranged_->rows[number].price_minor; break;
    case ProductSort::rating: key = arranged_->rows[number].rating_hundredths; break;
    case ProductSort::created_at: key = item(number).product.created_at.time_since_epoch().count(); break;
    case ProductSort::name:
    case ProductSort::relevance: break;
  }
  return order == SortOrder::desc ? -key : key;
}

bool Catalog::sorts_before(ProductSort sort, SortOrder order, Number a, Number b) const noexcept {
  if (sort == ProductSort::name)
    return order == SortOrder::asc ? name_before(item(a), item(b)) : name_before(item(b), item(a));
  const std::int64_t x = sort_key(sort, order, a), y = sort_key(sort, order, b);
  return x != y ? x < y : name_before(item(a), item(b));
}

std::uint32_t Catalog::ranks_before(std::string_view sort_name, std::string_view id, bool through) const noexcept {
  const Numbers& by_name = sorted_by(ProductSort::name, SortOrder::asc);
  const auto at = std::partition_point(by_name.begin(), by_name.end(), [&](Number number) {
    const ProductItem& each = item(number);
    if (each.sort_name != sort_name) return each.sort_name < sort_name;
    return through ? each.product.id.str() <= id : each.product.id.str() < id;
  });
  return static_cast<std::uint32_t>(at - by_name.begin());
}

}  // namespace qm::shop
