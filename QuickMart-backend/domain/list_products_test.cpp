// Random catalogs, queries and changes beside the plainest way to answer them.
#include "QuickMart-backend/domain/list_products.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "QuickMart-backend/domain/fold_text.hpp"

namespace qm::shop {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::minstd_rand random_;
};

Product random_product(Dice& dice, int id) {
  static const std::vector<std::string> kNames{"Lamp", "lamp", "Chair", "Desk", "Élan Sofa", "elan sofa"};
  Product product;
  product.id = ProductId{"p" + std::to_string(id)};
  product.name = kNames[static_cast<std::size_t>(dice.below(6))] + (dice.one_in(3) ? " " + std::to_string(id % 7) : "");
  product.category = CategoryId{"c" + std::to_string(dice.below(4))};
  if (dice.one_in(2)) product.subcategory = "s" + std::to_string(dice.below(3));
  product.brand = "Brand " + std::to_string(dice.below(dice.one_in(4) ? 80 : 5));
  product.price = Money{dice.one_in(3) ? 25'00 * dice.below(5) : dice.below(250'000)};
  product.rating = dice.below(51) / 10.0;
  product.is_featured = dice.one_in(5);
  product.is_active = !dice.one_in(10);
  product.created_at = Timestamp{std::chrono::days{dice.below(20)}};
  product.stock_quantity = dice.below(3);
  return product;
}

// c2 under c1 under c0; c3 and c4 alone.
std::vector<Category> departments() {
  std::vector<Category> categories(5);
  for (std::size_t i = 0; i < categories.size(); ++i) categories[i].id = CategoryId{"c" + std::to_string(i)};
  categories[1].parent = CategoryId{"c0"};
  categories[2].parent = CategoryId{"c1"};
  return categories;
}

std::vector<std::string> departments_of(const std::string& category) {
  if (category == "c2") return {"c2", "c1", "c0"};
  if (category == "c1") return {"c1", "c0"};
  return {category};
}

std::vector<Product> random_products(Dice& dice, int count) {
  std::vector<Product> products;
  for (int i = 0; i < count; ++i) products.push_back(random_product(dice, i));
  return products;
}

ProductQuery random_query(Dice& dice) {
  static constexpr ProductSort kSorts[] = {ProductSort::featured, ProductSort::name, ProductSort::price,
                                           ProductSort::rating, ProductSort::created_at};
  ProductQuery query;
  query.limit = 1 + dice.below(30);
  if (dice.one_in(3)) query.category = "C" + std::to_string(dice.below(5));
  if (dice.one_in(5)) query.subcategory = "s" + std::to_string(dice.below(4));
  if (dice.one_in(3)) query.brand = "brand " + std::to_string(dice.below(8));
  if (dice.one_in(4)) query.min_price = Money{dice.below(1'000'00)};
  if (dice.one_in(4)) query.max_price = Money{dice.below(2'000'00)};
  if (dice.one_in(4)) query.min_rating = dice.below(50) / 10.0;
  if (dice.one_in(5)) query.is_featured = dice.one_in(2);
  if (dice.one_in(4)) query.in_stock = dice.one_in(2);
  if (dice.one_in(2)) query.sort = kSorts[dice.below(5)];
  if (dice.one_in(2)) query.order = dice.one_in(2) ? SortOrder::asc : SortOrder::desc;
  return query;
}

// --- the plainest way ------------------------------------------------------------------------------------------------

bool passes(const ProductQuery& query, const Product& product) {
  const auto differs = [](const std::optional<std::string>& wanted, const std::string& has) {
    return wanted && fold_text(*wanted) != fold_text(has);
  };
  const auto within = departments_of(product.category.str());
  const bool in_category = !query.category || std::any_of(within.begin(), within.end(), [&](const std::string& each) {
    return each == fold_text(*query.category);
  });
  return product.is_active && in_category && !differs(query.subcategory, product.subcategory.value_or("")) &&
         !differs(query.brand, product.brand) &&
         !(query.min_price && product.price < *query.min_price) &&
         !(query.max_price && product.price > *query.max_price) &&
         !(query.min_rating && product.rating < *query.min_rating - 1e-9) &&
         !(query.is_featured && product.is_featured != *query.is_featured) &&
         !(query.in_stock && product.in_stock() != *query.in_stock);
}

// Negative: a comes first.
int compare(const ProductQuery& query, const Product& a, const Product& b) {
  const auto sign = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  const bool down = query.order == SortOrder::desc;
  const ProductSort sort = query.effective_sort();
  int first = 0;
  if (sort == ProductSort::featured) first = sign(!a.is_featured, !b.is_featured);
  if (sort == ProductSort::price) first = sign(a.price, b.price);
  if (sort == ProductSort::rating) first = sign(a.rating, b.rating);
  if (sort == ProductSort::created_at) first = sign(a.created_at, b.created_at);
  if (first != 0) return down ? -first : first;
  int then = sign(fold_text(a.name), fold_text(b.name));
  if (then == 0) then = sign(a.id, b.id);
  return down && sort == ProductSort::name ? -then : then;
}

std::vector<std::string> plain_listing(const std::vector<Product>& products, const ProductQuery& query) {
  std::vector<const Product*> found;
  for (const Product& each : products)
    if (passes(query, each)) found.push_back(&each);
  std::sort(found.begin(), found.end(), [&](const Product* a, const Product* b) { return compare(query, *a, *b) < 0; });
  std::vector<std::string> ids;
  for (const Product* each : found) ids.push_back(each->id.str());
  return ids;
}

using Counts = std::map<std::string, std::int64_t>;

template <class Name>
Counts plain_counts(const std::vector<Product>& products, const ProductQuery& query, Name name) {
  Counts counts;
  for (const Product& each : products)
    if (passes(query, each)) ++counts[name(each)];
  return counts;
}

Counts counts_of(const std::vector<FacetValue>& values) {
  Counts counts;
  for (const FacetValue& each : values) counts[each.value] = each.count;
  return counts;
}

void expect_facets(const std::vector<Product>& products, const ProductQuery& query, const Facets& facets) {
  ProductQuery other = query;
  other.category.reset();
  Counts categories;
  for (const Product& each : products)
    if (passes(other, each))
      for (const auto& category : departments_of(each.category.str())) ++categories[category];
  EXPECT_EQ(counts_of(facets.categories), categories);

  other = query;
  other.brand.reset();
  const Counts brands = plain_counts(products, other, [](const Product& p) { return p.brand; });
  const Counts shown = counts_of(facets.brands);
  EXPECT_EQ(shown.size(), std::min(brands.size(), kMaxBrandsInFacet));
  for (const auto& [brand, count] : shown) EXPECT_EQ(brands.at(brand), count) << brand;
  for (const auto& [brand, count] : brands)
    if (query.brand && fold_text(brand) == fold_text(*query.brand)) EXPECT_TRUE(shown.contains(brand)) << brand;
  for (std::size_t i = 1; i < facets.brands.size() && i + 1 < kMaxBrandsInFacet; ++i)
    EXPECT_GE(facets.brands[i - 1].count, facets.brands[i].count);

  other = query;
  other.min_price.reset();
  other.max_price.reset();
  Counts bands;
  for (const PriceBand& band : facets.prices) {
    ProductQuery within = other;
    within.min_price = Money{band.min_minor};
    if (band.next_minor) within.max_price = Money{*band.next_minor - 1};
    EXPECT_EQ(static_cast<std::size_t>(band.count), plain_listing(products, within).size()) << band.min_minor;
    bands["all"] += band.count;
  }
  EXPECT_EQ(static_cast<std::size_t>(bands["all"]), plain_listing(products, other).size());

  for (int stars = 1; stars <= kMaxStars; ++stars) {
    other = query;
    other.min_rating = stars;
    const std::size_t expected = plain_listing(products, other).size();
    const auto band = std::find_if(facets.ratings.begin(), facets.ratings.end(),
                                   [&](const RatingBand& each) { return each.min_rating == stars; });
    EXPECT_EQ(band == facets.ratings.end() ? 0U : static_cast<std::size_t>(band->count), expected) << stars;
  }
  for (const bool in_stock : {true, false}) {
    other = query;
    other.in_stock = in_stock;
    EXPECT_EQ(static_cast<std::size_t>(in_stock ? facets.in_stock : facets.out_of_stock),
              plain_listing(products, other).size());
  }
}

std::vector<std::string> ids_of(const Catalog& catalog, const Catalog::Numbers& numbers) {
  std::vector<std::string> ids;
  for (auto number : numbers) ids.push_back(catalog.at(number)->id.str());
  return ids;
}

void expect_same(const std::vector<Product>& products, const Catalog& catalog, ProductQuery query) {
  const std::vector<std::string> all = plain_listing(products, query);
  std::vector<std::string> paged, by_cursor;
  for (query.page = 1;; ++query.page) {
    const ProductListing page = list_products(catalog, query);
    EXPECT_EQ(static_cast<std::size_t>(page.total), all.size());
    if (query.page == 1) expect_facets(products, query, page.facets);
    for (auto& id : ids_of(catalog, page.products)) paged.push_back(std::move(id));
    EXPECT_EQ(page.next.has_value(), page.has_next);
    if (!page.has_next) break;
  }
  EXPECT_EQ(paged, all);
  for (;;) {
    const ProductListing page = list_products(catalog, query);
    if (!query.cursor) query.page = 1;
    const ProductListing first = query.cursor ? page : list_products(catalog, query);
    for (auto& id : ids_of(catalog, first.products)) by_cursor.push_back(std::move(id));
    if (!first.next) break;
    query.cursor = first.next;
    EXPECT_TRUE(fits(query));
  }
  EXPECT_EQ(by_cursor, all);
}

TEST(ListProducts, SaysWhatThePlainestWaySays) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Dice dice{seed};
    // Some catalogs are large enough for «few of many match».
    const auto products = random_products(dice, seed % 10 == 0 ? 1'500 : dice.below(120));
    const Catalog catalog{products, departments()};
    for (int i = 0; i < 12; ++i) {
      expect_same(products, catalog, random_query(dice));
      if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
    }
  }
}

TEST(ListProducts, AChangedCatalogIsTheOneMadeAnew) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Dice dice{seed};
    auto products = random_products(dice, 60);
    std::shared_ptr<const Catalog> catalog = std::make_shared<const Catalog>(products, departments());
    for (int round = 0; round < 8; ++round) {
      std::vector<Product> changed;
      for (int i = 0; i < 1 + dice.below(6); ++i) {
        const int id = dice.below(75);
        Product product = random_product(dice, id);
        const auto same_id = [&product](const Product& other) { return other.id == product.id; };
        const auto at = std::find_if(products.begin(), products.end(), same_id);
        if (at != products.end() && dice.one_in(2)) {  // its stock only
          const auto stock = product.stock_quantity;
          product = *at;
          product.stock_quantity = stock;
        }
        Variant variant;
        variant.id = SkuId{product.id.str() + "-x"};
        if (dice.one_in(3)) product.variants = {variant};
        if (at == products.end()) products.push_back(product);
        else *at = product;
        std::erase_if(changed, [&](const auto& p) { return p.id == product.id; });
        changed.push_back(std::move(product));
      }
      catalog = catalog->with(std::move(changed));
    }
    for (const Product& product : products) {
      const Product* found = catalog->find(product.id);
      ASSERT_EQ(found != nullptr, product.is_active) << product.id.str();
      if (found != nullptr) ASSERT_EQ(*found, product);
      const bool in_variants = !product.variants.empty();
      EXPECT_EQ(catalog->find_sku(SkuId{product.id.str()}).has_value(), product.is_active && !in_variants);
      EXPECT_EQ(catalog->find_sku(SkuId{product.id.str() + "-x"}).has_value(), product.is_active && in_variants);
    }
    for (int i = 0; i < 6; ++i) expect_same(products, *catalog, random_query(dice));
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(ListProducts, ACursorStaysWhereItIsWhileProductsComeAndGo) {
  for (const auto sort : {ProductSort::featured, ProductSort::name, ProductSort::price, ProductSort::created_at}) {
    for (const auto order : {SortOrder::asc, SortOrder::desc}) {
      Dice dice{7};
      auto products = random_products(dice, 100);
      for (Product& each : products) each.is_active = true;
      std::shared_ptr<const Catalog> catalog = std::make_shared<const Catalog>(products, std::vector<Category>{});
      ProductQuery query;
      query.sort = sort;
      query.order = order;
      query.limit = 9;
      std::set<std::string> seen, untouched;
      for (const Product& each : products) untouched.insert(each.id.str());
      for (int next_id = 200;; ++next_id) {
        const ProductListing page = list_products(*catalog, query);
        for (const auto& id : ids_of(*catalog, page.products)) EXPECT_TRUE(seen.insert(id).second) << id;
        if (!page.next) break;
        query.cursor = page.next;
        // The very product the cursor was taken from goes, another one too, and a new one comes.
        std::vector<Product> changed{*catalog->find(ProductId{page.next->id}), *catalog->at(catalog->by_id().front())};
        for (Product& gone : changed) {
          gone.is_active = false;
          untouched.erase(gone.id.str());
        }
        changed.push_back(random_product(dice, next_id));
        catalog = catalog->with(std::move(changed));
      }
      for (const auto& id : untouched) EXPECT_TRUE(seen.contains(id)) << id;
    }
  }
}

TEST(ListProducts, RanksWhatASearchFound) {
  std::vector<Product> products;
  for (int i = 0; i < 10; ++i) {
    Product product;
    product.id = ProductId{"p" + std::to_string(i)};
    product.name = std::string(1, static_cast<char>('z' - i));
    product.price = Money{i};
    products.push_back(std::move(product));
  }
  const Catalog catalog{products, {}};
  TextMatches matches;
  matches.hits = {{1, 5}, {3, 9}, {4, 5}, {8, 7}, {99, 3}};  // the last is of a product that is not here yet
  ProductQuery query;
  query.search = "words";
  query.limit = 2;
  EXPECT_EQ(ids_of(catalog, list_products(catalog, query, &matches).products), (std::vector<std::string>{"p3", "p8"}));
  query.cursor = list_products(catalog, query, &matches).next;
  ASSERT_TRUE(query.cursor);
  const ProductListing second = list_products(catalog, query, &matches);
  EXPECT_EQ(ids_of(catalog, second.products), (std::vector<std::string>{"p4", "p1"})) << "equals by name";
  EXPECT_FALSE(second.has_next);
  EXPECT_EQ(second.total, 4);
  query.search = "other words";
  EXPECT_FALSE(fits(query));
  query.search = "Words!";
  EXPECT_TRUE(fits(query));
  query.sort = ProductSort::price;
  EXPECT_FALSE(fits(query));
  query.cursor.reset();
  EXPECT_EQ(ids_of(catalog, list_products(catalog, query, &matches).products), (std::vector<std::string>{"p1", "p3"}));
}

}  // namespace
}  // namespace qm::shop
