#include "QuickMart-backend/api/product_lines.hpp"

#include <gtest/gtest.h>

#include <random>

#include "platform/core/temp_dir.hpp"
#include "platform/core/test_time.hpp"

namespace qm::shop {
namespace {

class ProductFile : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path = dir_.path() / "products";
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }
  std::vector<ImportLine> lines(const std::string& text, FileFormat format) {
    return ProductLines{write(text), format}.next(1'000);
  }
  // «line field», for each fault of each bad line.
  std::string faults(const std::string& text, FileFormat format) {
    std::string all;
    for (const ImportLine& line : lines(text, format)) {
      const auto made = line.make(nullptr);
      if (made) continue;
      for (const Fault& fault : made.error().faults)
        all += std::to_string(line.line) + " " + (fault.loc.size() > 1 ? fault.loc[1] : "line") + "; ";
    }
    return all;
  }

  TempDir dir_;
};

Product random_product(std::mt19937& random, int number) {
  const std::string letters = "aZ ,\"\r\n;'\\/{}[]:\xC3\xA9";
  const auto text = [&](std::size_t least) {
    std::string word(least, 'x');
    for (std::size_t left = random() % 12; left > 0; --left) {
      const char c = letters[random() % (letters.size() - 2)];
      word += c;
    }
    return word + (random() % 2 == 0 ? "\xC3\xA9" : "");
  };
  Product product;
  product.id = ProductId{"p" + std::to_string(number)};
  product.name = text(1);
  product.description = text(0);
  product.category = CategoryId{"home"};
  if (random() % 2 == 0) product.subcategory = text(1);
  product.price = Money{static_cast<std::int64_t>(random() % 10'000'000)};
  if (random() % 2 == 0) product.original_price = product.price + Money{1};
  product.brand = text(0);
  for (std::size_t left = random() % 3; left > 0; --left) product.images.push_back("/" + text(1));
  for (std::size_t left = random() % 3; left > 0; --left) product.specifications[text(1)] = text(1);
  for (std::size_t left = random() % 3; left > 0; --left) product.tags.push_back(text(1));
  product.rating = static_cast<double>(random() % 500) / 100;
  product.review_count = static_cast<std::int64_t>(random() % 1000);
  for (std::size_t left = random() % 4; left > 0; --left) {
    Variant variant;
    variant.id = SkuId{product.id.str() + "-" + std::to_string(left)};
    variant.options["color"] = text(1) + std::to_string(left);
    if (random() % 2 == 0) variant.price = product.price + Money{5};
    variant.stock_quantity = static_cast<std::int64_t>(random() % 50);
    product.stock_quantity += variant.stock_quantity;
    product.variants.push_back(std::move(variant));
  }
  if (product.variants.empty()) product.stock_quantity = static_cast<std::int64_t>(random() % 50);
  product.is_featured = random() % 2 == 0;
  product.is_active = random() % 2 == 0;
  product.created_at = test::kNow + std::chrono::milliseconds{random() % 100'000};
  return product;
}

TEST_F(ProductFile, WhatIsExportedMakesTheSameProductsAgain) {
  for (const FileFormat format : {FileFormat::csv, FileFormat::jsonl}) {
    std::mt19937 random{20261125};
    std::vector<Product> products;
    std::string text;
    print_header(format, text);
    for (int i = 0; i < 500; ++i) {
      products.push_back(random_product(random, i));
      print_line(format, products.back(), text);
    }
    const auto read = lines(text, format);
    ASSERT_EQ(read.size(), products.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      const auto made = read[i].make(nullptr);
      ASSERT_TRUE(made) << made.error().faults.front().msg;
      EXPECT_TRUE(*made == products[i]) << i;
    }
  }
}

TEST_F(ProductFile, APriceThatIsNoNumberIsToldAsSuch) {
  const auto made = lines("product_id,name,price\r\nA,Tea,minus\r\n", FileFormat::csv).front().make(nullptr);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().faults.front().msg,
            "the cell holds neither a number, true or false, nor a list or object of JSON");
}

TEST_F(ProductFile, NamesBadLinesByNumber) {
  EXPECT_EQ(faults("product_id,name,category,price\r\n"
                   "a,A,home,1.50\r\n"
                   "b,\"two\nlines\",home,x\r\n"
                   "c,C,home\r\n"
                   "not an id,D,home,1\r\n"
                   "e,\xFF,home,1\r\n"
                   "f,,home,1.005\r\n"
                   "\"g\"x,G,home,1\r\n",
                   FileFormat::csv),
            "3 price; 5 line; 6 product_id; 7 name; 8 name; 8 price; 9 line; ");
  EXPECT_EQ(faults("{\"product_id\":\"a\",\"name\":\"A\",\"category\":\"home\",\"price\":1.5}\n"
                   "\n"
                   "{\"product_id\":\"b\"\n"
                   "[1]\n"
                   "{\"name\":\"C\"}\n"
                   "{\"product_id\":\"d\",\"name\":4,\"category\":\"home\",\"variants\":[{}]}\n" +
                       std::string(csv::kMaxRecordBytes + 10, ' ') + "\n",
                   FileFormat::jsonl),
            "3 line; 4 line; 5 product_id; 6 name; 6 variants; 7 line; ");
  EXPECT_EQ(faults("name,price\r\nA,1\r\n", FileFormat::csv), "1 line; ");
  EXPECT_EQ(faults("product_id,name,name\r\nA,1,2\r\n", FileFormat::csv), "1 line; ");
  EXPECT_EQ(faults("", FileFormat::csv), "1 line; ");
}

TEST_F(ProductFile, WhatALineDoesNotNameStays) {
  StoredProduct known;
  std::mt19937 random{7};
  known.product = random_product(random, 1);
  known.product.variants.clear();
  known.product.price = Money{10'00};
  known.product.original_price = Money{12'00};
  auto read = lines("price,product_id,subcategory,is_featured\n11.00,p1,,TRUE\n", FileFormat::csv);
  ASSERT_EQ(read.size(), 1u);
  Product expected = known.product;
  expected.price = Money{11'00};
  expected.is_featured = true;
  EXPECT_TRUE(*read[0].make(&known) == expected);
  read = lines("{\"product_id\":\"p1\",\"original_price\":null,\"tags\":[]}\n", FileFormat::jsonl);
  expected = known.product;
  expected.original_price.reset();
  expected.tags.clear();
  EXPECT_TRUE(*read[0].make(&known) == expected);
}

TEST_F(ProductFile, VariantsWithPricesSayWhatTheProductCosts) {
  const std::string variants = "\"variants\":[{\"sku\":\"s1\",\"price\":7},{\"sku\":\"s2\",\"price\":5.5}]}\n";
  auto read = lines("{\"product_id\":\"p1\",\"name\":\"A\",\"category\":\"home\"," + variants, FileFormat::jsonl);
  const auto made = read.at(0).make(nullptr);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->price, Money{5'50});
  StoredProduct known;
  known.product = *made;
  read = lines("{\"product_id\":\"p1\",\"variants\":[{\"sku\":\"s1\",\"price\":7}]}\n", FileFormat::jsonl);
  EXPECT_EQ(read.at(0).make(&known)->price, Money{7'00}) << "the old price goes with the old variants";
}

}  // namespace
}  // namespace qm::shop
