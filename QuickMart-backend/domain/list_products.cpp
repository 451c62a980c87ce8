#include "QuickMart-backend/domain/list_products.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <tuple>

#include "QuickMart-backend/domain/fold_text.hpp"

namespace qm::shop {
namespace {

using Number = Catalog::Number;
using Numbers = Catalog::Numbers;

// When fewer than one in so many match, they are sorted themselves instead of looked for in the order of all.
constexpr std::size_t kFewMatchesShare = 64;

// --- filters ---------------------------------------------------------------------------------------------------------

// Which filters a product fails. Those with a facet have a bit each, so that «fails this one only» is one comparison.
enum Failed : unsigned { kCategory = 1, kBrand = 2, kPrice = 4, kRating = 8, kStock = 16, kOther = 32 };

class Filter {
 public:
  Filter(const Catalog& catalog, const ProductQuery& query) : catalog_(catalog), query_(query) {
    if (query.category) {
      wanted_categories_.assign(catalog.category_codes().size(), 0);
      mark_category(*query.category);
    }
    if (query.subcategory) subcategory_ = catalog.subcategory_codes().find(*query.subcategory);
    if (query.brand) brand_ = catalog.brand_codes().find(*query.brand);
    if (query.min_price) min_price_ = query.min_price->minor();
    if (query.max_price) max_price_ = query.max_price->minor();
    if (query.min_rating) min_rating_ = to_hundredths(*query.min_rating);
  }

  std::optional<std::uint32_t> brand() const { return brand_; }

  unsigned failed(const ProductRow& row, bool in_stock) const {
    unsigned failed = 0;
    if (!wanted_categories_.empty() && wanted_categories_[row.category] == 0) failed |= kCategory;
    if (query_.category && wanted_categories_.empty()) failed |= kCategory;  // a shop without any
    if (brand_ && row.brand != *brand_) failed |= kBrand;
    if (row.price_minor < min_price_ || row.price_minor > max_price_) failed |= kPrice;
    if (row.rating_hundredths < min_rating_) failed |= kRating;
    if (query_.in_stock && in_stock != *query_.in_stock) failed |= kStock;
    if (subcategory_ && row.subcategory != *subcategory_) failed |= kOther;
    if (query_.is_featured && row.is_featured != *query_.is_featured) failed |= kOther;
    return failed;
  }

 private:
  // And those under it.
  void mark_category(const std::string& category) {
    const ValueCodes& codes = catalog_.category_codes();
    const std::uint32_t own = codes.find(category);
    for (std::uint32_t code = 0; code < codes.size(); ++code)
      wanted_categories_[code] = code == own || catalog_.tree().is_within(codes.text(code), category) ? 1 : 0;
  }

  const Catalog& catalog_;
  const ProductQuery& query_;
  std::vector<char> wanted_categories_;  // by code; empty: all
  std::optional<std::uint32_t> subcategory_, brand_;
  std::int64_t min_price_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t max_price_ = std::numeric_limits<std::int64_t>::max();
  std::uint16_t min_rating_ = 0;
};

// --- facets ----------------------------------------------------------------------------------------------------------

class FacetCounts {
 public:
  explicit FacetCounts(const Catalog& catalog)
      : catalog_(catalog), categories_(catalog.category_codes().size()), brands_(catalog.brand_codes().size()) {}

  void count(const ProductRow& row, bool in_stock, unsigned failed) {
    if ((failed & ~kCategory) == 0) ++categories_[row.category];
    if ((failed & ~kBrand) == 0) ++brands_[row.brand];
    if ((failed & ~kPrice) == 0) ++prices_[band_of(row.price_minor)];
    if ((failed & ~kRating) == 0) ++stars_[row.rating_hundredths / 100U];
    if ((failed & ~kStock) == 0) ++stock_[in_stock ? 1 : 0];
  }

  Facets facets(std::optional<std::uint32_t> chosen_brand) const {
    Facets facets;
    facets.categories = categories();
    facets.brands = values(brands_, catalog_.brand_codes());
    cut_brands(facets.brands, chosen_brand);
    for (std::size_t band = 0; band < prices_.size(); ++band) {
      if (prices_[band] == 0) continue;
      PriceBand priced;
      priced.min_minor = band == 0 ? 0 : kPriceLimits[band - 1];
      if (band < kPriceLimits.size()) priced.next_minor = kPriceLimits[band];
      priced.count = prices_[band];
      facets.prices.push_back(priced);
    }
    std::int64_t and_up = stars_[5];
    for (int stars = kMaxStars; stars >= 1; --stars) {
      and_up += stars_[static_cast<std::size_t>(stars)];
      if (and_up > 0) facets.ratings.push_back({stars, and_up});
    }
    facets.out_of_stock = stock_[0];
    facets.in_stock = stock_[1];
    return facets;
  }

 private:
  static std::size_t band_of(std::int64_t price_minor) {
    std::size_t band = 0;
    for (std::int64_t limit : kPriceLimits) band += price_minor >= limit ? 1 : 0;
    return band;
  }

  static void sort_by_count(std::vector<FacetValue>& values) {
    std::sort(values.begin(), values.end(), [](const FacetValue& a, const FacetValue& b) {
      return a.count != b.count ? a.count > b.count : a.value < b.value;
    });
  }

  static std::vector<FacetValue> values(const std::vector<std::int32_t>& counts, const ValueCodes& codes) {
    std::vector<FacetValue> values;
    for (std::uint32_t code = 0; code < counts.size(); ++code)
      if (counts[code] > 0) values.push_back({codes.text(code), codes.text(code), counts[code]});
    sort_by_count(values);
    return values;
  }

  // What is sold under a category counts for it and for all above it.
  std::vector<FacetValue> categories() const {
    std::map<std::string, std::int64_t> within;
    for (std::uint32_t code = 0; code < categories_.size(); ++code) {
      if (categories_[code] == 0) continue;
      for (const CategoryId& each : catalog_.tree().path(CategoryId{catalog_.category_codes().text(code)}))
        within[each.str()] += categories_[code];
    }
    std::vector<FacetValue> values;
    for (const auto& [id, count] : within) values.push_back({id, id, count});
    for (FacetValue& each : values)
      for (const Category& category : catalog_.categories())
        if (category.id.str() == each.value) each.name = category.name;
    sort_by_count(values);
    return values;
  }

  void cut_brands(std::vector<FacetValue>& brands, std::optional<std::uint32_t> chosen) const {
    if (brands.size() <= kMaxBrandsInFacet) return;
    const auto rest = brands.begin() + kMaxBrandsInFacet;
    if (chosen && *chosen != ValueCodes::kUnknown) {
      const std::string& text = catalog_.brand_codes().text(*chosen);
      const auto at = std::find_if(rest, brands.end(), [&](const FacetValue& each) { return each.value == text; });
      if (at != brands.end()) *(rest - 1) = std::move(*at);
    }
    brands.resize(kMaxBrandsInFacet);
  }

  const Catalog& catalog_;
  std::vector<std::int32_t> categories_, brands_;  // by code
  std::array<std::int64_t, kPriceLimits.size() + 1> prices_{};
  std::array<std::int64_t, 6> stars_{};  // by whole stars
  std::array<std::int64_t, 2> stock_{};
};

// --- the page --------------------------------------------------------------------------------------------------------

// What a listing is sorted by, as numbers: key first, then tie.
struct Place {
  std::int64_t key = 0;
  std::uint32_t tie = 0;
  Number number = 0;
  friend bool operator<(const Place& a, const Place& b) { return std::tie(a.key, a.tie) < std::tie(b.key, b.tie); }
};

class Pager {
 public:
  Pager(const Catalog& catalog, const ProductQuery& query)
      : catalog_(catalog), query_(query), sort_(query.effective_sort()), order_(query.effective_order()) {
    downwards_ = sort_ == ProductSort::name && order_ == SortOrder::desc;
    if (!query.cursor) return;
    const ProductCursor& cursor = *query.cursor;
    const auto all = static_cast<std::uint32_t>(catalog.size());
    after_.emplace();
    after_->key = cursor.key;
    after_->tie = downwards_ ? all - catalog.ranks_before(cursor.name, cursor.id, false)
                             : catalog.ranks_before(cursor.name, cursor.id, true);
  }

  Place place(Number number, std::int32_t score) const {
    const std::uint32_t rank = catalog_.name_rank(number);
    const auto last = static_cast<std::uint32_t>(catalog_.size()) - 1;
    return {sort_ == ProductSort::relevance ? -std::int64_t{score} : catalog_.sort_key(sort_, order_, number),
            downwards_ ? last - rank : rank, number};
  }

  // The page of `places`, in any order.
  void choose(std::vector<Place> places, ProductListing& listing) const {
    if (after_) std::erase_if(places, [this](const Place& each) { return each < *after_; });
    const auto first = static_cast<std::size_t>(after_ ? 0 : (query_.page - 1) * query_.limit);
    if (first >= places.size()) return;
    const std::size_t last = std::min(first + static_cast<std::size_t>(query_.limit), places.size());
    const auto begin = places.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = places.begin() + static_cast<std::ptrdiff_t>(last);
    if (begin != places.begin()) std::nth_element(places.begin(), begin, places.end());
    std::partial_sort(begin, end, places.end());
    for (auto each = begin; each != end; ++each) listing.products.push_back(each->number);
    finish(listing, last < places.size(), *(end - 1));
  }

  // The page of those that `is_match` accepts, from the order of all. `all_match`: it accepts everything.
  template <class IsMatch>
  void walk(IsMatch is_match, bool all_match, ProductListing& listing) const {
    const Numbers& order = catalog_.sorted_by(sort_, order_);
    auto at = order.begin();
    std::int64_t to_skip = after_ ? 0 : (query_.page - 1) * query_.limit;
    if (after_) {
      at = std::partition_point(order.begin(), order.end(),
                                [this](Number number) { return place(number, 0) < *after_; });
    } else if (all_match) {
      at += std::min(to_skip, static_cast<std::int64_t>(order.size()));
      to_skip = 0;
    }
    for (; at != order.end(); ++at) {
      if (!is_match(*at)) continue;
      if (to_skip > 0) {
        --to_skip;
        continue;
      }
      if (static_cast<std::int64_t>(listing.products.size()) == query_.limit)
        return finish(listing, true, place(listing.products.back(), 0));
      listing.products.push_back(*at);
    }
  }

 private:
  void finish(ProductListing& listing, bool more, const Place& last) const {
    listing.has_next = more;
    if (!more) return;
    const ProductItem& item = catalog_.item(last.number);
    listing.next = ProductCursor{sort_,    order_,         search_checksum(query_),
                                 last.key, item.sort_name, item.product.id.str()};
  }

  const Catalog& catalog_;
  const ProductQuery& query_;
  ProductSort sort_;
  SortOrder order_;
  bool downwards_ = false;
  std::optional<Place> after_;
};

// The products that pass every filter, as bits by number; counts facets on the way.
class Sieve {
 public:
  Sieve(const Catalog& catalog, const ProductQuery& query)
      : catalog_(catalog), filter_(catalog, query), counts_(catalog), bits_(catalog.end() / 64 + 1) {}

  bool look_at(Number number) {
    const ProductRow& row = catalog_.rows()[number];
    if (!row.is_shown) return false;
    const bool in_stock = catalog_.in_stock(number);
    const unsigned failed = filter_.failed(row, in_stock);
    if ((failed & (failed - 1)) != 0 || failed == kOther) return false;
    counts_.count(row, in_stock, failed);
    if (failed != 0) return false;
    bits_[number / 64] |= std::uint64_t{1} << (number % 64);
    ++total_;
    return true;
  }

  template <class Take>
  void for_each(Take take) const {
    for (std::size_t word = 0; word < bits_.size(); ++word)
      for (std::uint64_t bits = bits_[word]; bits != 0; bits &= bits - 1)
        take(static_cast<Number>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits))));
  }
  bool has(Number number) const { return (bits_[number / 64] >> (number % 64) & 1) != 0; }
  std::size_t total() const { return total_; }
  Facets facets() const { return counts_.facets(filter_.brand()); }

 private:
  const Catalog& catalog_;
  Filter filter_;
  FacetCounts counts_;
  std::vector<std::uint64_t> bits_;
  std::size_t total_ = 0;
};

}  // namespace

std::uint32_t search_checksum(const ProductQuery& query) {
  if (query.search.empty()) return 0;
  std::uint32_t sum = 2'166'136'261U;  // FNV-1a
  for (const std::string& word : words_of(query.search))
    for (const char c : word + ' ') sum = (sum ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return sum;
}

bool fits(const ProductQuery& query) {
  return !query.cursor || (query.cursor->sort == query.effective_sort() &&
                           query.cursor->order == query.effective_order() &&
                           query.cursor->search == search_checksum(query));
}

ProductListing list_products(const Catalog& catalog, const ProductQuery& query, const TextMatches* matches) {
  Sieve sieve{catalog, query};
  const Pager pager{catalog, query};
  const bool ranked = query.effective_sort() == ProductSort::relevance && matches != nullptr;
  ProductListing listing;
  std::vector<Place> places;
  if (matches != nullptr) {
    for (const TextHit& hit : matches->hits)
      if (hit.number < catalog.end() && sieve.look_at(hit.number) && ranked)
        places.push_back(pager.place(hit.number, hit.score));
  } else {
    for (Number number = 0; number < catalog.end(); ++number) sieve.look_at(number);
  }
  listing.total = static_cast<std::int64_t>(sieve.total());
  listing.facets = sieve.facets();

  const bool few = sieve.total() < catalog.size() / kFewMatchesShare;
  if (ranked) {
    pager.choose(std::move(places), listing);
  } else if (few) {
    sieve.for_each([&](Number number) { places.push_back(pager.place(number, 0)); });
    pager.choose(std::move(places), listing);
  } else {
    const bool all_match = sieve.total() == catalog.size();
    pager.walk([&sieve](Number number) { return sieve.has(number); }, all_match, listing);
  }
  return listing;
}

}  // namespace qm::shop
