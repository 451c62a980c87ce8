// Products and categories as the wire knows them.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"
#include "QuickMart-backend/domain/category_tree.hpp"
#include "QuickMart-backend/domain/facets.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop::wire {

struct Variant {
  SkuId sku;
  std::map<std::string, std::string> options;
  json::Amount price;
  std::int64_t stock_quantity = 0;
};
BOOST_DESCRIBE_STRUCT(Variant, (), (sku, options, price, stock_quantity))

struct Product {
  std::string product_id;
  std::string name;
  std::string description;
  std::string category;
  std::optional<std::string> subcategory;
  json::Amount price;
  std::optional<json::Amount> original_price;
  std::optional<int> discount_percentage;
  std::string brand;
  std::vector<std::string> images;
  std::map<std::string, std::string> specifications;
  std::int64_t stock_quantity = 0;
  double rating = 0;
  std::int64_t review_count = 0;
  std::vector<std::string> tags;
  std::vector<Variant> variants;
  bool is_featured = false;
  bool is_active = true;
  Timestamp created_at{};
  Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Product, (),
                      (product_id, name, description, category, subcategory, price, original_price, discount_percentage,
                       brand, images, specifications, stock_quantity, rating, review_count, tags, variants, is_featured,
                       is_active, created_at, updated_at))

struct Category {
  std::string category_id;
  std::string name;
  std::string description;
  bool is_active = true;
  std::int64_t sort_order = 0;
  std::optional<CategoryId> parent_id;
  std::vector<CategoryId> children;  // right below it, those that are shown
  std::vector<CategoryId> path;      // from the root to the category itself
};
BOOST_DESCRIBE_STRUCT(Category, (),
                      (category_id, name, description, is_active, sort_order, parent_id, children, path))

struct FacetValue {
  std::string value;
  std::string name;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(FacetValue, (), (value, name, count))

// Both ends as min_price and max_price take them; the last band has no upper one.
struct PriceFacet {
  json::Amount min;
  std::optional<json::Amount> max;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(PriceFacet, (), (min, max, count))

struct RatingFacet {
  int min_rating = 0;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(RatingFacet, (), (min_rating, count))

struct StockFacet {
  bool value = false;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(StockFacet, (), (value, count))

// How many products there would be with another value of one filter and the others as they are.
struct Facets {
  std::vector<FacetValue> categories;
  std::vector<FacetValue> brands;
  std::vector<PriceFacet> prices;
  std::vector<RatingFacet> ratings;
  std::vector<StockFacet> in_stock;
};
BOOST_DESCRIBE_STRUCT(Facets, (), (categories, brands, prices, ratings, in_stock))

struct ProductList {
  std::vector<Product> products;
  std::int64_t total = 0;
  std::int64_t page = 1;
  std::int64_t limit = 20;
  bool has_next = false;
  std::optional<std::string> next_cursor;      // when there is more
  std::optional<std::string> corrected_query;  // what was searched for instead, as a word is in no product
  Facets facets;
};
BOOST_DESCRIBE_STRUCT(ProductList, (),
                      (products, total, page, limit, has_next, next_cursor, corrected_query, facets))

struct Suggestions {
  std::vector<std::string> suggestions;
};
BOOST_DESCRIBE_STRUCT(Suggestions, (), (suggestions))

Facets to_wire(const shop::Facets& facets);
Product to_wire(const shop::Product& product);
// `tree` is the one that the category stands in.
Category to_wire(const shop::Category& category, const CategoryTree& tree);

}  // namespace qm::shop::wire
