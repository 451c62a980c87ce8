#include "QuickMart-backend/api/catalog_api.hpp"


#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/http/request_fixture.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/api/printed_catalog.hpp"
#include "QuickMart-backend/api/product_cursor.hpp"
#include "QuickMart-backend/store/demo_data_files.hpp"

namespace qm::shop {
namespace {

using test::kNow;

class CatalogApiTest : public testing::Test {
 protected:
  CatalogApiTest() {
    const std::string directory = std::string{QM_SOURCE_DIR} + "/QuickMart-backend/data";
    for (auto& category : *read_demo_categories(directory)) EXPECT_TRUE(await(store_.put(category)));
    for (auto& product : *read_demo_products(directory, kNow)) EXPECT_TRUE(await(store_.put(product)));
    EXPECT_TRUE(await(catalog_.reload()));
    add_catalog_routes(api_, catalog_);
  }

  http::Response get(std::string path, std::vector<std::pair<std::string, std::string>> query = {}) {
    http::Request request = http::test_request(http::Method::Get, std::move(path), {}, std::move(query));
    return await(api_.serve(request));
  }
  boost::json::object ok(std::string path, std::vector<std::pair<std::string, std::string>> query = {}) {
    const auto response = get(std::move(path), std::move(query));
    EXPECT_EQ(response.status, 200) << response.payload();
    return boost::json::parse(response.payload()).as_object();
  }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  CatalogStore store_{*kv_};
  CatalogApp catalog_{store_};
  http::Api api_{http::ApiInfo{"QuickMart", "test", ""}};
};

TEST_F(CatalogApiTest, ListsProducts) {
  const auto page = ok("/api/products", {{"limit", "20"}});
  EXPECT_EQ(page.at("total").as_int64(), 66);
  EXPECT_EQ(page.at("page").as_int64(), 1);
  EXPECT_EQ(page.at("limit").as_int64(), 20);
  EXPECT_TRUE(page.at("has_next").as_bool());
  const auto& products = page.at("products").as_array();
  ASSERT_EQ(products.size(), 20U);
  EXPECT_TRUE(products[0].as_object().at("is_featured").as_bool());
  for (const char* field :
       {"product_id", "name", "description", "category", "price", "brand", "images", "specifications", "stock_quantity",
        "rating", "review_count", "tags", "is_featured", "is_active", "created_at", "updated_at"})
    EXPECT_TRUE(products[0].as_object().contains(field)) << field;
  EXPECT_FALSE(ok("/api/products", {{"limit", "20"}, {"page", "4"}}).at("has_next").as_bool());
}

TEST_F(CatalogApiTest, TheSameQueryGivesTheSameBytes) {
  const auto first = get("/api/products", {{"category", "Clothing"}, {"sort_by", "price"}});
  const auto again = get("/api/products", {{"sort_by", "price"}, {"category", "clothing"}});
  EXPECT_EQ(first.payload(), again.payload());
}

TEST_F(CatalogApiTest, AnAnswerFollowsTheCatalog) {
  EXPECT_EQ(ok("/api/products").at("total").as_int64(), 66);
  Product product = *catalog_.snapshot()->find(ProductId{"prod_001"});
  product.is_active = false;
  ASSERT_TRUE(await(store_.put(product)));
  ASSERT_TRUE(await(catalog_.reload()));
  EXPECT_EQ(ok("/api/products").at("total").as_int64(), 65);
  EXPECT_EQ(get("/api/products/prod_001").status, 404);
}

TEST_F(CatalogApiTest, FixedRoutesWinOverAnId) {
  EXPECT_EQ(boost::json::parse(get("/api/products/categories").payload()).as_array().size(), 5U);
  EXPECT_GT(ok("/api/products/featured").at("total").as_int64(), 5);
  EXPECT_GT(ok("/api/products/search", {{"q", "jacket"}}).at("total").as_int64(), 2);
  EXPECT_EQ(ok("/api/products/category/clothing").at("total").as_int64(), 14);
  EXPECT_EQ(ok("/api/products/category/toys").at("total").as_int64(), 0);
  EXPECT_EQ(ok("/api/products/prod_006").at("name").as_string(), "Aurelle Quiet 2 Wireless Headphones");
}

TEST_F(CatalogApiTest, ACursorLeadsThroughEverythingOnce) {
  std::set<std::string> seen;
  std::vector<std::pair<std::string, std::string>> query{{"limit", "7"}, {"sort_by", "price"}, {"sort_order", "desc"}};
  for (int pages = 1;; ++pages) {
    const auto page = ok("/api/products", query);
    for (const auto& product : page.at("products").as_array())
      EXPECT_TRUE(seen.insert(product.at("product_id").as_string().c_str()).second);
    EXPECT_EQ(page.contains("next_cursor"), page.at("has_next").as_bool());
    if (!page.contains("next_cursor")) break;
    ASSERT_LT(pages, 20);
    query.resize(3);
    query.emplace_back("cursor", page.at("next_cursor").as_string().c_str());
  }
  EXPECT_EQ(seen.size(), 66U);
  query[2].second = "asc";
  const auto other = get("/api/products", query);
  EXPECT_EQ(other.status, 422) << "the cursor of another order";
  EXPECT_EQ(boost::json::parse(other.payload()).at("detail").at(0).at("loc").at(1).as_string(), "cursor");
}

TEST_F(CatalogApiTest, FacetsCountWhereAFilterWouldLead) {
  const auto all = ok("/api/products").at("facets").as_object();
  std::int64_t in_categories = 0;
  for (const auto& each : all.at("categories").as_array()) {
    in_categories += each.at("count").as_int64();
    const std::string value = each.at("value").as_string().c_str();
    const auto there = ok("/api/products", {{"category", value}});
    EXPECT_EQ(there.at("total").as_int64(), each.at("count").as_int64()) << value;
    EXPECT_EQ(there.at("facets").at("categories"), all.at("categories")) << "its own filter does not count";
    EXPECT_NE(each.at("name").as_string(), value.c_str());
  }
  EXPECT_EQ(in_categories, 66);
  for (const auto& each : all.at("prices").as_array()) {
    const auto text = [&each](const char* end) {
      const std::string exact = std::to_string(each.at(end).to_number<double>());
      return exact.substr(0, exact.find('.') + 3);
    };
    std::vector<std::pair<std::string, std::string>> query{{"min_price", text("min")}};
    if (each.as_object().contains("max")) query.emplace_back("max_price", text("max"));
    EXPECT_EQ(ok("/api/products", query).at("total").as_int64(), each.at("count").as_int64()) << query[0].second;
  }
  for (const auto& each : all.at("ratings").as_array()) {
    const std::string stars = std::to_string(each.at("min_rating").as_int64());
    EXPECT_EQ(ok("/api/products", {{"min_rating", stars}}).at("total"), each.at("count")) << stars;
  }
  for (const auto& each : all.at("in_stock").as_array()) {
    const char* value = each.at("value").as_bool() ? "true" : "false";
    EXPECT_EQ(ok("/api/products", {{"in_stock", value}}).at("total"), each.at("count")) << value;
  }
}

TEST_F(CatalogApiTest, SearchForgivesAndSuggests) {
  const auto right = ok("/api/products/search", {{"q", "headphones"}});
  EXPECT_GT(right.at("total").as_int64(), 0);
  EXPECT_FALSE(right.contains("corrected_query"));
  const auto wrong = ok("/api/products/search", {{"q", "haedphones"}});
  EXPECT_EQ(wrong.at("corrected_query").as_string(), "headphones");
  EXPECT_EQ(wrong.at("total"), right.at("total"));
  const auto cheapest = ok("/api/products", {{"search", "headphone"}, {"sort_by", "price"}});
  EXPECT_EQ(cheapest.at("total"), right.at("total"));
  const auto suggested = ok("/api/products/suggest", {{"q", "headp"}});
  ASSERT_FALSE(suggested.at("suggestions").as_array().empty());
  EXPECT_EQ(suggested.at("suggestions").at(0).as_string(), "headphones");
}

TEST(ProductCursorText, IsReadBackOrRefused) {
  ProductCursor cursor;
  cursor.sort = ProductSort::price;
  cursor.order = SortOrder::desc;
  cursor.search = 7;
  cursor.key = -12'345;
  cursor.id = "prod_1";
  cursor.name = "two\nlines";
  const std::string text = print_cursor(cursor);
  EXPECT_EQ(parse_cursor(text), cursor);
  cursor.name = std::string(kMaxSortedNameBytes, '\xF0');
  cursor.id = std::string(kMaxIdBytes, 'x');
  EXPECT_LE(print_cursor(cursor).size(), kMaxCursorBytes);
  EXPECT_EQ(parse_cursor(print_cursor(cursor)), cursor);
  for (std::size_t length = 0; length + 30 < text.size(); ++length) EXPECT_FALSE(parse_cursor(text.substr(0, length)));
  EXPECT_FALSE(parse_cursor("32" + text.substr(2))) << "another version";
}

TEST_F(CatalogApiTest, AmountsAreExact) {
  const auto response = get("/api/products/prod_016");
  EXPECT_NE(response.payload().find(R"("price":39.90,"original_price":49.90,"discount_percentage":20,)"),
            std::string::npos)
      << response.payload();
}

struct BadQuery {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
  int status;
};

TEST_F(CatalogApiTest, RefusesWhatDoesNotFit) {
  const BadQuery cases[] = {
      {"/api/products", {{"limit", "0"}}, 422},
      {"/api/products", {{"limit", "101"}}, 422},
      {"/api/products", {{"page", "0"}}, 422},
      {"/api/products", {{"page", "99999999999999999999"}}, 422},
      {"/api/products", {{"sort_by", "colour"}}, 422},
      {"/api/products", {{"sort_order", "up"}}, 422},
      {"/api/products", {{"min_price", "cheap"}}, 422},
      {"/api/products", {{"in_stock", "maybe"}}, 422},
      {"/api/products", {{"page", "1"}, {"page", "2"}}, 422},
      {"/api/products", {{"search", std::string(201, 'a')}}, 422},
      {"/api/products", {{"min_rating", "6"}}, 422},
      {"/api/products", {{"cursor", ""}}, 422},
      {"/api/products", {{"cursor", "zz"}}, 422},
      {"/api/products", {{"cursor", "310a"}}, 422},
      {"/api/products", {{"cursor", std::string(2'000, '3')}}, 422},
      {"/api/products/suggest", {}, 422},
      {"/api/products/suggest", {{"q", std::string(201, 'a')}}, 422},
      {"/api/products/search", {}, 422},
      {"/api/products/search", {{"q", ""}}, 422},
      {"/api/products/nothing", {}, 404},
      {"/api/products/a b", {}, 422},
      {"/api/pictures/prod_999.svg", {}, 404},
      {"/api/pictures/prod_001.png", {}, 404},
      {"/api/pictures/..svg", {}, 404},
  };
  for (const auto& each : cases) EXPECT_EQ(get(each.path, each.query).status, each.status) << each.path;
}

TEST_F(CatalogApiTest, EveryFaultIsListed) {
  const auto response = get("/api/products", {{"limit", "0"}, {"page", "x"}, {"sort_by", "colour"}});
  EXPECT_EQ(boost::json::parse(response.payload()).at("detail").as_array().size(), 3U) << response.payload();
}

TEST_F(CatalogApiTest, DrawsEveryProduct) {
  const auto snapshot = catalog_.snapshot();
  for (const auto number : snapshot->by_id()) {
    const Product& product = *snapshot->at(number);
    const auto response = get("/api/pictures/" + product.id.str() + ".svg");
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "image/svg+xml");
    EXPECT_TRUE(response.payload().starts_with("<svg ")) << product.id.str();
    EXPECT_EQ(response.payload().find('@'), std::string_view::npos) << product.id.str();
    EXPECT_EQ(response.payload(), get("/api/pictures/" + product.id.str() + ".svg").payload());
  }
}

TEST(PrintedCatalogTest, RemembersOnlySoMuch) {
  std::vector<Product> products(1);
  products[0].id = ProductId{"p1"};
  products[0].name = "Only <One>";
  ManualClock clock{kNow};
  const auto kv = kv::make_memory_store("quick_mart", clock);
  CatalogStore store{*kv};
  const CatalogApp app{store};
  const PrintedCatalog printed{app, std::make_shared<const Catalog>(std::move(products), std::vector<Category>{})};
  ProductQuery query;
  const std::string first = *printed.list(query);
  for (query.page = 2; query.page < 2'000; ++query.page)
    EXPECT_EQ(boost::json::parse(*printed.list(query)).at("total").as_int64(), 1);
  query.page = 1;
  EXPECT_EQ(*printed.list(query), first);
}

TEST(PrintedCatalogTest, KeysTellQueriesApart) {
  std::vector<ProductQuery> queries(14);
  queries[1].page = 2;
  queries[2].limit = 2;
  queries[3].category = "a";
  queries[4].subcategory = "a";
  queries[5].brand = "a";
  queries[6].min_price = Money{0};
  queries[7].max_price = Money{0};
  queries[8].is_featured = true;
  queries[9].in_stock = true;
  queries[10].search = "a";
  queries[11].order = SortOrder::desc;
  queries[12].min_rating = 4;
  queries[13].cursor.emplace();
  std::vector<std::string> keys;
  for (const auto& query : queries) keys.push_back(key_of(query));
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace
}  // namespace qm::shop
