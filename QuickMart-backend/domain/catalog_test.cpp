#include "QuickMart-backend/domain/list_products.hpp"

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

Product make(std::string id, std::string name, std::string category, std::int64_t price, double rating) {
  Product product;
  product.id = ProductId{std::move(id)};
  product.name = std::move(name);
  product.category = CategoryId{std::move(category)};
  product.price = Money{price};
  product.rating = rating;
  product.brand = "Norvik";
  product.stock_quantity = 1;
  return product;
}

Catalog small_shop() {
  std::vector<Product> products{
      make("p1", "Winter Jacket", "clothing", 150'00, 4.0), make("p2", "camera", "electronics", 500'00, 4.8),
      make("p3", "Apple Press", "home", 80'00, 3.5), make("p4", "Café Machine", "home", 300'00, 4.8),
      make("p5", "Hidden", "home", 1'00, 5.0)};
  products[0].brand = "Solène";
  products[0].subcategory = "jackets";
  products[0].tags = {"warm", "rain"};
  products[1].is_featured = true;
  products[1].description = "Takes pictures in winter and in rain.";
  products[2].stock_quantity = 0;
  products[3].is_featured = true;
  products[4].is_active = false;
  for (std::size_t i = 0; i < products.size(); ++i) products[i].created_at = Timestamp{std::chrono::days{i}};
  return Catalog{std::move(products), {}};
}

std::string ids(const Catalog& catalog, const ProductQuery& query) {
  std::string text;
  for (auto number : list_products(catalog, query).products) text += catalog.at(number)->id.str() + " ";
  return text;
}

struct QueryCase {
  const char* what;
  std::function<void(ProductQuery&)> ask;
  const char* expected;
};

TEST(Catalog, FiltersAndSorts) {
  const QueryCase cases[] = {
      {"featured first, then name without case", [](auto&) {}, "p4 p2 p3 p1 "},
      {"name", [](auto& q) { q.sort = ProductSort::name; }, "p3 p4 p2 p1 "},
      {"name descending",
       [](auto& q) {
         q.sort = ProductSort::name;
         q.order = SortOrder::desc;
       },
       "p1 p2 p4 p3 "},
      {"price", [](auto& q) { q.sort = ProductSort::price; }, "p3 p1 p4 p2 "},
      {"price descending",
       [](auto& q) {
         q.sort = ProductSort::price;
         q.order = SortOrder::desc;
       },
       "p2 p4 p1 p3 "},
      {"rating descending, equals by name",
       [](auto& q) {
         q.sort = ProductSort::rating;
         q.order = SortOrder::desc;
       },
       "p4 p2 p1 p3 "},
      {"newest",
       [](auto& q) {
         q.sort = ProductSort::created_at;
         q.order = SortOrder::desc;
       },
       "p4 p3 p2 p1 "},
      {"category without case", [](auto& q) { q.category = "HOME"; }, "p4 p3 "},
      {"unknown category", [](auto& q) { q.category = "toys"; }, ""},
      {"subcategory", [](auto& q) { q.subcategory = "jackets"; }, "p1 "},
      {"brand without accents", [](auto& q) { q.brand = "solene"; }, "p1 "},
      {"prices, both ends included",
       [](auto& q) {
         q.min_price = Money{80'00};
         q.max_price = Money{150'00};
       },
       "p3 p1 "},
      {"one cent more",
       [](auto& q) {
         q.min_price = Money{80'01};
         q.max_price = Money{150'00};
       },
       "p1 "},
      {"ends crossed",
       [](auto& q) {
         q.min_price = Money{2};
         q.max_price = Money{1};
       },
       ""},
      {"featured", [](auto& q) { q.is_featured = true; }, "p4 p2 "},
      {"not featured", [](auto& q) { q.is_featured = false; }, "p3 p1 "},
      {"in stock", [](auto& q) { q.in_stock = true; }, "p4 p2 p1 "},
      {"out of stock", [](auto& q) { q.in_stock = false; }, "p3 "},
      {"rated so, and up", [](auto& q) { q.min_rating = 4.0; }, "p4 p2 p1 "},
      {"everything at once",
       [](auto& q) {
         q.category = "home";
         q.in_stock = true;
         q.max_price = Money{300'00};
       },
       "p4 "},
  };
  const Catalog catalog = small_shop();
  for (const auto& each : cases) {
    ProductQuery query;
    each.ask(query);
    EXPECT_EQ(ids(catalog, query), each.expected) << each.what;
  }
}

TEST(Catalog, PagesAreWholeAndDoNotOverlap) {
  std::vector<Product> products;
  for (int i = 0; i < 57; ++i) {
    Product product = make("p" + std::to_string(i), "Same name", "home", 10'00 + i % 3, 4);
    product.is_featured = i % 5 == 0;
    products.push_back(std::move(product));
  }
  const Catalog catalog{std::move(products), {}};
  for (auto sort :
       {ProductSort::featured, ProductSort::name, ProductSort::price, ProductSort::rating, ProductSort::created_at}) {
    Catalog::Numbers seen;
    ProductQuery query;
    query.sort = sort;
    query.limit = 10;
    for (query.page = 1; query.page <= 7; ++query.page) {
      const ProductListing page = list_products(catalog, query);
      EXPECT_EQ(page.total, 57);
      EXPECT_EQ(page.has_next, query.page < 6) << query.page;
      EXPECT_EQ(page.products.size(), query.page < 6 ? 10U : query.page == 6 ? 7U : 0U);
      seen.insert(seen.end(), page.products.begin(), page.products.end());
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
    EXPECT_EQ(seen.size(), 57U);
  }
}

TEST(Catalog, FindsById) {
  const Catalog catalog = small_shop();
  ASSERT_TRUE(catalog.find(ProductId{"p4"}));
  EXPECT_EQ(catalog.find(ProductId{"p4"})->name, "Café Machine");
  EXPECT_FALSE(catalog.find(ProductId{"p5"}));
  EXPECT_FALSE(catalog.find(ProductId{"p9"}));
}

TEST(Catalog, OrdersCategories) {
  std::vector<Category> categories{{CategoryId{"b"}, "B", "", true, 2}, {CategoryId{"a"}, "A", "", true, 2},
                                   {CategoryId{"c"}, "C", "", true, 1}, {CategoryId{"d"}, "D", "", false, 0}};
  const Catalog catalog{{}, std::move(categories)};
  std::string names;
  for (const auto& category : catalog.categories()) names += category.name;
  EXPECT_EQ(names, "CAB");
}

TEST(Product, KnowsHowMuchIsSaved) {
  Product product = make("p", "P", "home", 75'00, 4);
  EXPECT_FALSE(discount_percentage(product));
  product.original_price = Money{100'00};
  EXPECT_EQ(discount_percentage(product), 25);
  product.original_price = Money{75'00};
  EXPECT_FALSE(discount_percentage(product));
  product.original_price = Money{90'00};  // 16.67 %
  EXPECT_EQ(discount_percentage(product), 17);
}

TEST(Catalog, ACategoryHoldsWhatIsSoldUnderIt) {
  std::vector<Category> categories(3);
  categories[0].id = CategoryId{"living"};
  categories[1].id = CategoryId{"home"};
  categories[1].parent = CategoryId{"Living"};
  categories[2].id = CategoryId{"attic"};
  categories[2].parent = CategoryId{"home"};
  categories[2].is_active = false;
  const Catalog catalog{{make("p1", "Lamp", "home", 1'00, 4), make("p2", "Chest", "Attic", 1'00, 4),
                         make("p3", "Rug", "living", 1'00, 4), make("p4", "Coat", "clothing", 1'00, 4)},
                        std::move(categories)};
  const auto within = [&](const char* category) {
    ProductQuery query;
    query.category = category;
    return ids(catalog, query);
  };
  EXPECT_EQ(within("LIVING"), "p2 p1 p3 ");
  EXPECT_EQ(within("home"), "p2 p1 ");
  EXPECT_EQ(within("clothing"), "p4 ");
  EXPECT_EQ(catalog.categories().size(), 2u) << "the inactive one is not shown";
}

}  // namespace
}  // namespace qm::shop
