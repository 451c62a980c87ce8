#include "QuickMart-backend/store/demo_data_files.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/store/catalog_store.hpp"
#include "QuickMart-backend/store/customer_history_store.hpp"

namespace qm::shop {
namespace {

const std::string kDirectory = std::string{QM_SOURCE_DIR} + "/QuickMart-backend/data";
using test::kNow;

TEST(DemoData, IsAWholeShop) {
  const auto categories = read_demo_categories(kDirectory);
  ASSERT_TRUE(categories) << categories.error().detail;
  std::map<std::string, int> per_category;
  for (const auto& category : *categories) per_category[category.id.str()] = 0;
  EXPECT_EQ(per_category.size(), 5U);

  const auto products = read_demo_products(kDirectory, kNow);
  ASSERT_TRUE(products) << products.error().detail;
  EXPECT_GE(products->size(), 60U);
  int featured = 0, reduced = 0, sold_out = 0;
  for (const auto& product : *products) {
    ASSERT_TRUE(per_category.contains(product.category.str())) << product.id.str();
    ++per_category[product.category.str()];
    featured += product.is_featured;
    sold_out += !product.in_stock();
    reduced += discount_percentage(product).has_value();
    EXPECT_GT(product.price.minor(), 0) << product.id.str();
    EXPECT_TRUE(product.rating >= 0 && product.rating <= 5) << product.id.str();
    EXPECT_FALSE(product.specifications.empty() || product.tags.empty()) << product.id.str();
    EXPECT_LE(product.created_at, kNow);
  }
  for (const auto& [category, count] : per_category) EXPECT_GE(count, 8) << category;
  EXPECT_GE(featured, 5);
  EXPECT_GE(reduced, 5);
  EXPECT_EQ(sold_out, 2);
}

TEST(DemoData, HasTheCouponsOfTheContract) {
  const auto coupons = read_demo_coupons(kDirectory, kNow);
  ASSERT_TRUE(coupons) << coupons.error().detail;
  std::string codes;
  for (const auto& coupon : *coupons) {
    codes += coupon.code + " ";
    EXPECT_TRUE(faults_of(coupon).empty()) << coupon.code;
    EXPECT_TRUE(is_available(coupon, kNow)) << coupon.code;
  }
  EXPECT_EQ(codes, "WELCOME10 SAVE20 FREESHIP ELECTRONICS15 SUMMER25 WELCOME_BACK20 ");
  EXPECT_EQ(discount_on(coupons->at(0), Money{2'000'00}).minor(), 100'00);
  EXPECT_EQ(discount_on(coupons->at(1), Money{100'00}).minor(), 20'00);
  EXPECT_EQ(discount_on(coupons->at(3), Money{200'00}).minor(), 30'00);
  EXPECT_EQ(discount_on(coupons->at(5), Money{10'00}).minor(), 2'00);
}

TEST(DemoData, PeopleBuyWhatThereIs) {
  const auto products = read_demo_products(kDirectory, kNow);
  const auto coupons = read_demo_coupons(kDirectory, kNow);
  const auto people = read_demo_people(kDirectory, kNow);
  ASSERT_TRUE(people) << people.error().detail;
  std::set<std::string> product_ids, codes, order_ids;
  for (const auto& product : *products) product_ids.insert(product.id.str());
  for (const auto& coupon : *coupons) codes.insert(coupon.code);
  std::string who;
  for (const auto& person : *people) {
    who += person.email + " ";
    for (const auto& order : person.orders) {
      EXPECT_TRUE(order_ids.insert(order.id.str()).second) << order.id.str();
      EXPECT_TRUE(!order.coupon_code || codes.contains(*order.coupon_code)) << order.id.str();
      for (const auto& item : order.items) EXPECT_TRUE(product_ids.contains(item.product_id.str())) << order.id.str();
    }
  }
  EXPECT_EQ(who, "john.doe@example.com jane.smith@example.com mike.johnson@example.com sarah.wilson@example.com "
                 "demo@quickmart.com admin@quickmart.com ");
}

TEST(DemoData, SurvivesTheStore) {
  ManualClock clock{kNow};
  const auto kv = kv::make_memory_store("quick_mart", clock);
  CatalogStore catalog{*kv};
  CustomerHistoryStore histories{*kv};
  const auto products = read_demo_products(kDirectory, kNow);
  for (const auto& product : *products) {
    ASSERT_TRUE(await(catalog.put(product)));
    EXPECT_EQ(*await(catalog.product(product.id)), product);
  }
  EXPECT_EQ(*await(catalog.products()), *products);
  const auto categories = read_demo_categories(kDirectory);
  for (const auto& category : *categories) ASSERT_TRUE(await(catalog.put(category)));
  EXPECT_EQ(await(catalog.categories())->size(), categories->size());
  const auto people = read_demo_people(kDirectory, kNow);
  for (const auto& person : *people) {
    if (person.history.user_id.empty()) continue;
    ASSERT_TRUE(await(histories.put(person.history)));
    EXPECT_EQ(*await(histories.get(person.id)), person.history) << person.email;
  }
}

TEST(DemoData, SaysWhatIsWrongWithAFile) {
  const auto missing = read_demo_products("/nonexistent", kNow);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find("products.json"), std::string::npos);

  const auto directory = std::filesystem::temp_directory_path() / ("qm_demo_data_" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  std::ofstream{directory / "categories.json"} << R"([{"category_id":"a b","name":"A"}])";
  const auto faulty = read_demo_categories(directory.string());
  std::filesystem::remove_all(directory);
  ASSERT_FALSE(faulty);
  EXPECT_NE(faulty.error().detail.find("category_id"), std::string::npos) << faulty.error().detail;
  EXPECT_NE(faulty.error().detail.find("sort_order"), std::string::npos) << faulty.error().detail;
}

}  // namespace
}  // namespace qm::shop
