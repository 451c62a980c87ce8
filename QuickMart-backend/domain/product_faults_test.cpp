#include "QuickMart-backend/domain/product_faults.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace qm::shop {
namespace {

Product jacket() {
  Product product;
  product.id = ProductId{"jacket"};
  product.name = "Rain jacket";
  product.category = CategoryId{"clothing"};
  product.price = Money{50'00};
  Variant red;
  red.id = SkuId{"jacket-red"};
  red.options = {{"color", "red"}};
  Variant blue;
  blue.id = SkuId{"jacket-blue"};
  blue.options = {{"color", "blue"}};
  blue.price = Money{60'00};
  product.variants = {red, blue};
  return product;
}

std::string fields(const Product& product) {
  std::string all;
  for (const FieldFault& fault : faults_of(product)) {
    for (std::size_t i = 0; i < fault.field.size(); ++i) all += (i == 0 ? "" : ".") + fault.field[i];
    all += " ";
  }
  return all;
}

TEST(ProductFaults, NamesEveryFieldThatDoesNotFit) {
  struct FaultCase {
    const char* expected;
    std::function<void(Product&)> spoil;
  };
  const FaultCase cases[] = {
      {"", [](Product&) {}},
      {"name ", [](Product& p) { p.name.clear(); }},
      {"name ", [](Product& p) { p.name.assign(201, 'x'); }},
      {"description ", [](Product& p) { p.description.assign(20'001, 'x'); }},
      {"brand ", [](Product& p) { p.brand.assign(129, 'x'); }},
      {"subcategory ", [](Product& p) { p.subcategory = ""; }},
      {"price ", [](Product& p) { p.variants.clear(); p.price = Money{-1}; }},
      {"original_price ", [](Product& p) { p.original_price = p.price; }},
      {"", [](Product& p) { p.original_price = Money{50'01}; }},
      {"stock_quantity ", [](Product& p) { p.stock_quantity = -1; }},
      {"rating ", [](Product& p) { p.rating = 5.1; }},
      {"rating ", [](Product& p) { p.rating = std::numeric_limits<double>::quiet_NaN(); }},
      {"review_count ", [](Product& p) { p.review_count = -1; }},
      {"images.0 ", [](Product& p) { p.images = {"ftp://x"}; }},
      {"images ", [](Product& p) { p.images.assign(21, "/x"); }},
      {"specifications.size ", [](Product& p) { p.specifications["size"] = ""; }},
      {"tags.1 ", [](Product& p) { p.tags = {"a", ""}; }},
      {"variants.1.sku ", [](Product& p) { p.variants[1].id = p.variants[0].id; }},
      {"variants.0.sku ", [](Product& p) { p.variants[0].id = SkuId{"jacket"}; }},
      {"variants.1.options ", [](Product& p) { p.variants[1].options = p.variants[0].options; }},
      {"variants.1.stock_quantity ", [](Product& p) { p.variants[1].stock_quantity = -1; }},
      {"variants.1.price ", [](Product& p) { p.variants[1].price = Money{49'99}; }},
      {"price ", [](Product& p) { p.variants[0].price = Money{55'00}; }},
      {"name rating images.0 variants.0.stock_quantity ",
       [](Product& p) {
         p.name.clear();
         p.rating = -1;
         p.images = {"x"};
         p.variants[0].stock_quantity = -5;
       }},
  };
  for (const FaultCase& each : cases) {
    Product product = jacket();
    each.spoil(product);
    EXPECT_EQ(fields(product), each.expected);
  }
}

}  // namespace
}  // namespace qm::shop
