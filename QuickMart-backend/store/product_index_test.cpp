#include "QuickMart-backend/store/product_index.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "platform/core/temp_dir.hpp"
#include "QuickMart-backend/domain/list_products.hpp"

namespace qm::shop {
namespace {

Product make(std::string id, std::string name, std::string description = {}) {
  Product product;
  product.id = ProductId{std::move(id)};
  product.name = std::move(name);
  product.description = std::move(description);
  product.category = CategoryId{"goods"};
  product.brand = "Norvik";
  return product;
}

std::vector<Product> small_shop() {
  std::vector<Product> products{make("p1", "Winter Jacket"),
                                make("p2", "camera", "Takes pictures in winter and in rain."),
                                make("p3", "Apple Press"),
                                make("p4", "Café Machine", "Camera shy."),
                                make("p5", "Run Shoe"),
                                make("p6", "Trail Runner", "Shoes for running in the rain")};
  products[0].brand = "Solène";
  products[0].tags = {"warm", "rain"};
  products[0].variants = {{SkuId{"JKT-Red-L"}, {{"color", "crimson"}}, std::nullopt, 1}};
  products[2].specifications["material"] = "oak";
  return products;
}

class Shop {
 public:
  explicit Shop(std::filesystem::path directory = {}, std::vector<Product> products = small_shop())
      : index(std::move(directory)), products_(std::move(products)) {
    bring();
  }
  void bring() {
    std::vector<const Product*> all;
    for (const Product& each : products_) all.push_back(&each);
    const auto numbers = index.bring_to(all);
    ASSERT_TRUE(numbers) << numbers.error().detail;
    catalog = std::make_unique<Catalog>(products_, std::vector<Category>{}, *numbers);
  }
  // Ids, the best first.
  std::string find(const std::string& words) const {
    const auto matches = index.search(words);
    if (!matches) return matches.error().detail;
    ProductQuery query;
    query.search = words;
    query.limit = 100;
    std::string ids;
    for (auto number : list_products(*catalog, query, &*matches).products) ids += catalog->at(number)->id.str() + " ";
    return ids;
  }
  std::string corrected(const std::string& words) const { return index.search(words)->corrected_query.value_or(""); }
  std::string suggest(const std::string& words) const {
    std::string text;
    for (const std::string& each : *index.suggest(words)) text += each + ";";
    return text;
  }

  ProductIndex index;
  std::vector<Product> products_;
  std::unique_ptr<Catalog> catalog;
};

TEST(ProductIndex, FindsAndRanks) {
  const Shop shop;
  struct Case { const char* what; const char* words; const char* found; };
  for (const Case& each : {
           Case{"the name beats the description", "winter", "p1 p2 "},
           {"a tag beats the description", "rain", "p1 p2 p6 "},
           {"other forms of a word", "running shoes", "p5 p6 "},
           {"and the other way round", "run shoe", "p5 p6 "},
           {"the beginning of a word", "jac", "p1 "},
           {"not the middle of one", "ack", ""},
           {"case and accents do not matter", "CAFE", "p4 "},
           {"nor do accents in the query", "càmera", "p2 p4 "},
           {"all words must match", "winter pictures", "p2 "},
           {"brand and name together", "solene jacket", "p1 "},
           {"equally good ones by name", "norvik", "p3 p4 p2 p5 p6 "},
           {"a variant's option", "crimson jacket", "p1 "},
           {"a specification", "oak", "p3 "},
           {"a category", "goods press", "p3 "},
           {"a variant's id", "jkt-red-l", "p1 "},
           {"a product's id", "p3", "p3 "},
           {"common words are left out", "the camera of a winter", "p2 "},
           {"nothing but common words", "the of", ""},
           {"nothing to search for", " -!? ", ""},
           {"twice the same", "camera CAMERA camera", "p2 p4 "},
           {"no such word", "qqqq", ""},
           {"syntax means nothing", "winter AND (NOT \"jacket* OR name:x ) ~ ^ + -camera", ""},
           {"bytes that are no text", "winter\xFF\x01", "p1 p2 "},
       })
    EXPECT_EQ(shop.find(each.words), each.found) << each.what;
}

TEST(ProductIndex, RepeatingAWordBuysNoBetterPlace) {
  std::vector<Product> products{make("honest", "Anvil", "A lamp besides."),
                                make("loud", "Kettle", "Lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp")};
  const Shop shop{{}, products};
  EXPECT_EQ(shop.find("lamp"), "honest loud ") << "by name: Anvil, Kettle";
}

TEST(ProductIndex, CorrectsWordsThatNoProductHas) {
  const Shop shop;
  EXPECT_EQ(shop.corrected("wimter jaket"), "winter jacket");
  EXPECT_EQ(shop.find("wimter jaket"), "p1 ");
  EXPECT_EQ(shop.corrected("winter"), "");
  EXPECT_EQ(shop.corrected("zzzzqqq"), "");
  EXPECT_EQ(shop.corrected("jac"), "") << "the beginning of a word is no mistake";
  EXPECT_EQ(shop.corrected("wimter zzzzqqq"), "") << "it would not help";
}

TEST(ProductIndex, SuggestsWhatFindsSomething) {
  const Shop shop;
  EXPECT_EQ(shop.suggest("win"), "winter;");
  EXPECT_EQ(shop.suggest("c"), "camera;cafe;crimson;");
  EXPECT_EQ(shop.suggest("run"), "run;runner;") << "running finds what run finds";
  EXPECT_EQ(shop.suggest("winter ja"), "winter jacket;");
  EXPECT_EQ(shop.suggest("winter ma"), "") << "there is a machine, but none for winter";
  EXPECT_EQ(shop.suggest("Jakcet"), "jacket;");
  EXPECT_EQ(shop.suggest("?!"), "");
  EXPECT_EQ(shop.suggest("the win"), "the winter;");
  for (const auto& each : *shop.index.suggest("r")) EXPECT_NE(shop.find(each), "") << each;
}

TEST(ProductIndex, NoTextIsAnError) {
  const Shop shop;
  std::string nasty = "a";
  for (int i = 0; i < 400; ++i) {
    nasty = std::string(1, static_cast<char>(i * 37 % 256)) + nasty + static_cast<char>(i % 7 == 0 ? ' ' : i % 256);
    if (nasty.size() > 300) nasty.resize(100);
    EXPECT_TRUE(shop.index.search(nasty));
    EXPECT_TRUE(shop.index.suggest(nasty));
  }
  EXPECT_TRUE(shop.index.search(std::string(100'000, 'x')));
}

TEST(ProductIndex, KeepsNumbersFromOneProcessToTheNext) {
  const TempDir dir;
  auto products = small_shop();
  std::vector<Catalog::Number> before;
  {
    const Shop shop{dir.path(), products};
    for (const Product& each : products) before.push_back(*shop.catalog->number(each.id.str()));
  }
  std::reverse(products.begin(), products.end());
  std::reverse(before.begin(), before.end());
  products.erase(products.begin() + 2);
  before.erase(before.begin() + 2);
  products[0].name = "Boat";
  products.push_back(make("p9", "Anchor"));
  const Shop shop{dir.path(), products};
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(shop.catalog->number(products[i].id.str()), before[i]);
  EXPECT_EQ(shop.find("boat"), products[0].id.str() + " ");
  EXPECT_EQ(shop.find("anchor"), "p9 ");
  EXPECT_EQ(shop.catalog->end(), 6u) << "what went left its number to what came";
  EXPECT_EQ(shop.corrected("baot"), "boat");
}

TEST(ProductIndex, FollowsChanges) {
  Shop shop;
  Product changed = shop.products_[0];
  changed.name = "Summer Coat";
  const auto number = *shop.catalog->number("p1");
  ASSERT_TRUE(shop.index.change({{number, &changed}, {*shop.catalog->number("p2"), nullptr}}));
  EXPECT_EQ(shop.find("jacket"), "");
  EXPECT_EQ(shop.find("coat"), "p1 ");
  EXPECT_EQ(shop.find("camera"), "p4 ");
  EXPECT_EQ(shop.corrected("jackxt"), "") << "a word that went is no correction";
}

TEST(ProductIndex, IsMadeAnewWhenItsFilesAreGoneOrBroken) {
  for (const bool gone : {true, false}) {
    const TempDir dir;
    { const Shop shop{dir.path()}; }
    const auto files = dir.path() / "search-1";
    if (gone) {
      std::filesystem::remove_all(files);
    } else {
      for (const auto& file : std::filesystem::directory_iterator{files})
        std::ofstream{file.path(), std::ios::trunc} << "nothing that could be an index";
    }
    const Shop shop{dir.path()};
    EXPECT_EQ(shop.find("jacket"), "p1 ") << gone;
  }
}

TEST(ProductIndex, MendsWhatBreaksWhileItIsUsed) {
  const TempDir dir;
  Shop shop{dir.path()};
  EXPECT_EQ(shop.find("jacket"), "p1 ");
  std::filesystem::remove_all(dir.path() / "search-1");
  Product changed = shop.products_[0];
  changed.name = "Summer Coat";
  EXPECT_FALSE(shop.index.change({{*shop.catalog->number("p1"), &changed}}));
  EXPECT_FALSE(shop.index.is_usable());
  EXPECT_EQ(shop.index.search("jacket").error().kind, ErrorKind::Unavailable);
  shop.bring();
  EXPECT_TRUE(shop.index.is_usable());
  EXPECT_EQ(shop.find("jacket"), "p1 ");
}

TEST(ProductIndex, InstancesThatShareADirectoryHaveOneEach) {
  const TempDir dir;
  const Shop first{dir.path()};
  auto products = small_shop();
  products.pop_back();
  const Shop second{dir.path(), products};
  EXPECT_EQ(first.find("trail"), "p6 ");
  EXPECT_EQ(second.find("trail"), "");
  EXPECT_EQ(second.find("camera"), "p2 p4 ");
}

TEST(ProductIndex, IsReadWhileItIsWritten) {
  Shop shop;
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0}, found{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto matches = shop.index.search("press");
        if (!matches && matches.error().kind != ErrorKind::Unavailable) ++wrong;
        if (matches && matches->hits.size() != 1) ++wrong;
        if (matches) ++found;
      }
    });
  }
  for (int i = 0; i < 60; ++i) {
    Product changed = shop.products_[0];
    changed.name = "Jacket " + std::to_string(i);
    ASSERT_TRUE(shop.index.change({{*shop.catalog->number("p1"), &changed}}));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(found, 0);
  EXPECT_TRUE(shop.index.is_usable());
}

}  // namespace
}  // namespace qm::shop
