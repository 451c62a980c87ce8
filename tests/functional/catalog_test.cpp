#include <gtest/gtest.h>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

boost::json::value products(const std::string& query) {
  const Reply reply = shop().get("/api/products" + query);
  EXPECT_EQ(reply.status, 200) << query << " " << reply.body;
  return reply.json();
}

TEST(Catalog, PagesThroughEveryProductOnce) {
  std::set<std::string> seen;
  const double total = number_at(products("?limit=1"), "total");
  EXPECT_GE(total, 60);
  for (int page = 1;; ++page) {
    const auto json = products("?limit=7&page=" + std::to_string(page));
    for (const auto& product : list_at(json, "products"))
      EXPECT_TRUE(seen.insert(text_at(product, "product_id")).second);
    if (!at(json, "has_next").as_bool()) break;
  }
  EXPECT_EQ(static_cast<double>(seen.size()), total);
}

TEST(Catalog, FiltersMeanWhatTheySay) {
  for (const auto& p : list_at(products("?category=electronics&limit=100"), "products"))
    EXPECT_EQ(text_at(p, "category"), "electronics");
  for (const auto& p : list_at(products("?min_price=20&max_price=40&limit=100"), "products")) {
    EXPECT_GE(number_at(p, "price"), 20);
    EXPECT_LE(number_at(p, "price"), 40);
  }
  for (const auto& p : list_at(products("?in_stock=true&limit=100"), "products"))
    EXPECT_GT(number_at(p, "stock_quantity"), 0);
  for (const auto& p : list_at(products("?is_featured=true&limit=100"), "products"))
    EXPECT_TRUE(at(p, "is_featured").as_bool());
  double previous = 1e9;
  for (const auto& p : list_at(products("?sort_by=price&sort_order=desc&limit=100"), "products")) {
    EXPECT_LE(number_at(p, "price"), previous);
    previous = number_at(p, "price");
  }
  EXPECT_EQ(number_at(products("?category=nothing_like_it"), "total"), 0);
}

TEST(Catalog, FindsByTextOverNameBrandAndTags) {
  const auto first = at(products("?limit=1"), "products/0");
  const std::string brand = text_at(first, "brand");
  EXPECT_GT(number_at(shop().get("/api/products/search?q=" + brand.substr(0, brand.find(' '))).json(), "total"), 0);
  EXPECT_EQ(number_at(shop().get("/api/products/search?q=zzzzqqq").json(), "total"), 0);
  EXPECT_EQ(shop().get("/api/products/search").status, 422);
}

TEST(Catalog, OneProductAndItsPicture) {
  const Reply reply = shop().get("/api/products/prod_001");
  ASSERT_EQ(reply.status, 200);
  const auto product = reply.json();
  for (const char* member :
       {"product_id", "name", "description", "category", "price", "brand", "images", "specifications", "stock_quantity",
        "rating", "review_count", "tags", "is_featured", "is_active", "created_at", "updated_at"}) {
    EXPECT_TRUE(product.as_object().contains(member)) << member;
  }
  const Reply picture = shop().get(text_at(product, "images/0"));
  EXPECT_EQ(picture.status, 200);
  EXPECT_EQ(picture.header("content-type").substr(0, 13), "image/svg+xml");
  EXPECT_EQ(shop().get("/api/products/prod_999").status, 404);
  EXPECT_EQ(shop().get("/api/products/prod_001/").status, 200);
}

TEST(Catalog, ListsFeaturedCategoriesAndByCategory) {
  for (const auto& p : list_at(shop().get("/api/products/featured").json(), "products"))
    EXPECT_TRUE(at(p, "is_featured").as_bool());
  const auto categories = shop().get("/api/products/categories").json();
  ASSERT_EQ(categories.as_array().size(), 5u);
  for (const auto& category : categories.as_array()) {
    const std::string id = text_at(category, "category_id");
    EXPECT_GT(number_at(shop().get("/api/products/category/" + id).json(), "total"), 0) << id;
  }
}

TEST(Catalog, ParametersThatDoNotFitAreAllNamed) {
  const Reply reply = shop().get("/api/products?page=0&limit=101&min_price=x&sort_by=colour&in_stock=perhaps");
  ASSERT_EQ(reply.status, 422);
  EXPECT_EQ(at(reply.json(), "detail").as_array().size(), 5u) << reply.body;
  EXPECT_EQ(text_at(reply.json(), "detail/0/loc/0"), "query");
  EXPECT_EQ(shop().get("/api/products?page=1&page=2").status, 422);
}

TEST(Catalog, PricesAreExactDecimals) {
  const std::string body = shop().get("/api/products?limit=100").body;
  for (std::size_t i = body.find("\"price\":"); i != std::string::npos; i = body.find("\"price\":", i + 1)) {
    std::size_t digits = i + 8;
    while (std::isdigit(static_cast<unsigned char>(body[digits]))) ++digits;
    ASSERT_EQ(body[digits], '.') << body.substr(i, 30);
    EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(body[digits + 1])) &&
                std::isdigit(static_cast<unsigned char>(body[digits + 2])));
    EXPECT_FALSE(std::isdigit(static_cast<unsigned char>(body[digits + 3]))) << body.substr(i, 30);
  }
}

TEST(Catalog, SearchKnowsFormsOfWordsAndMisspellings) {
  const auto total = [](const std::string& words) {
    return number_at(shop().get("/api/products/search?q=" + words).json(), "total");
  };
  EXPECT_GT(total("headphones"), 0);
  EXPECT_EQ(total("headphone"), total("headphones"));
  EXPECT_EQ(total("HEADPHONES%20"), total("headphones"));
  const auto corrected = shop().get("/api/products/search?q=haedphones").json();
  EXPECT_EQ(text_at(corrected, "corrected_query"), "headphones");
  EXPECT_EQ(number_at(corrected, "total"), total("headphones"));
  for (const char* words : {"%22", "(((", "a%20AND%20OR%20NOT", "*", "brand:", "%FF%FE", "-%2B~%5E"})
    EXPECT_EQ(shop().get(std::string{"/api/products/search?q="} + words).status, 200) << words;
}

TEST(Catalog, SuggestsSearchesThatFindSomething) {
  const auto suggested = list_at(shop().get("/api/products/suggest?q=head").json(), "suggestions");
  ASSERT_FALSE(suggested.empty());
  for (const auto& each : suggested) {
    std::string words{each.as_string().c_str()};
    for (std::size_t at = words.find(' '); at != std::string::npos; at = words.find(' ', at)) words.replace(at, 1, "+");
    EXPECT_GT(number_at(shop().get("/api/products/search?q=" + words).json(), "total"), 0) << words;
  }
  EXPECT_EQ(shop().get("/api/products/suggest").status, 422);
}

TEST(Catalog, FacetsSayHowManyAFilterWouldLeave) {
  const auto facets = at(products("?brand=Norvik"), "facets");
  for (const auto& each : list_at(facets, "categories")) {
    const auto filtered = products("?brand=Norvik&category=" + text_at(each, "value"));
    EXPECT_EQ(number_at(filtered, "total"), number_at(each, "count"));
  }
  for (const auto& each : list_at(facets, "brands")) EXPECT_GT(number_at(each, "count"), 0);
  EXPECT_GT(list_at(facets, "brands").size(), 1u) << "the other brands are still there to choose";
}

TEST(Catalog, PagesByCursorThroughEveryProductOnce) {
  std::set<std::string> seen;
  std::string cursor;
  do {
    const auto json = products("?limit=9&sort_by=rating&sort_order=desc" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (const auto& product : list_at(json, "products"))
      EXPECT_TRUE(seen.insert(text_at(product, "product_id")).second);
    cursor = json.as_object().contains("next_cursor") ? text_at(json, "next_cursor") : "";
  } while (!cursor.empty());
  EXPECT_EQ(static_cast<double>(seen.size()), number_at(products("?limit=1"), "total"));
  const Reply bad = shop().get("/api/products?cursor=abc");
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(text_at(bad.json(), "detail/0/loc/1"), "cursor");
}

}  // namespace
}  // namespace qm::functional
