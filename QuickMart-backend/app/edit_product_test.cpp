// Products and categories as staff keep them, with a crash at every write, and imports of many.
#include "QuickMart-backend/app/edit_product.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"
#include "QuickMart-backend/app/edit_category.hpp"
#include "QuickMart-backend/app/import_products.hpp"

namespace qm::shop {
namespace {

class KeptCatalog : public testing::Test {
 protected:
  KeptCatalog() {
    for (const char* id : {"clothing", "home"}) {
      Category category;
      category.id = CategoryId{id};
      category.name = id;
      EXPECT_TRUE(await(categories_.create(category)));
    }
  }

  static Product coat(std::string id, std::vector<std::string> skus = {}) {
    Product product;
    product.id = ProductId{std::move(id)};
    product.name = "Coat";
    product.category = CategoryId{"clothing"};
    product.price = Money{50'00};
    if (skus.empty()) product.stock_quantity = 7;
    for (std::string& sku : skus) {
      Variant variant;
      variant.options["sku"] = sku;
      variant.id = SkuId{std::move(sku)};
      variant.stock_quantity = 3;
      product.variants.push_back(std::move(variant));
    }
    return product;
  }

  ErrorKind failure(Result<WrittenProduct> written) { return written ? ErrorKind::Internal : written.error().kind; }
  std::int64_t counted(const char* sku) {
    auto stock = await(stock_.get(SkuId{sku}));
    return stock ? stock->available : -1;
  }

  // A file of these products; one without a name is a bad line.
  ProductImport import_all(std::vector<Product> products, OnBadLine on_error = OnBadLine::skip, bool dry_run = false) {
    ImportRequest request;
    request.on_error = on_error;
    request.dry_run = dry_run;
    request.open = [products]() -> ImportSource {
      auto at = std::make_shared<std::size_t>(0);
      return [products, at](std::size_t limit) {
        std::vector<ImportLine> lines;
        for (; *at < products.size() && lines.size() < limit; ++*at) {
          ImportLine line;
          line.line = static_cast<std::int64_t>(*at + 1);
          line.id = products[*at].id;
          line.make = [product = products[*at]](const StoredProduct*) -> Result<Product> { return product; };
          lines.push_back(std::move(line));
        }
        return lines;
      };
    };
    auto begun = await(imports_.start(std::move(request)));  // returns when the import has ended too
    if (!begun) return {};
    auto ended = await(imports_.get(begun->id));
    return ended ? *ended : ProductImport{};
  }

  WorkerThreads workers_{4};  // outlive the catalog, whose own thread resumes tasks on them
  ManualClock clock_{test::kNow};
  DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  CatalogStore store_{kv_};
  StockStore stock_{kv_};
  SkuClaimStore claims_{kv_};
  ImportStore import_records_{kv_};
  CatalogApp catalog_{store_};
  ClaimSkus claim_{claims_, store_, stock_, clock_};
  EditProduct edit_{store_, claim_, stock_, catalog_, clock_};
  EditCategory categories_{store_, catalog_};
  CpuPool pool_{1, 16};
  ImportProducts imports_{{edit_, claim_, store_, catalog_, import_records_, pool_, clock_}};
};

TEST_F(KeptCatalog, CreatesAProductAndBeginsItsCount) {
  const auto created = await(edit_.create(coat("coat", {"red", "blue"})));
  ASSERT_TRUE(created);
  EXPECT_EQ(created->stored.revision, 1);
  EXPECT_EQ(created->stored.product.stock_quantity, 6);
  EXPECT_EQ(counted("red"), 3);
  EXPECT_EQ(counted("coat"), -1) << "it is sold in variants only";
  ASSERT_NE(catalog_.snapshot()->find(ProductId{"coat"}), nullptr);
  EXPECT_EQ(failure(await(edit_.create(coat("coat")))), ErrorKind::AlreadyExists);
}

TEST_F(KeptCatalog, NamesEveryFault) {
  Product product = coat("coat", {"red"});
  product.name.clear();
  product.category = CategoryId{"nothing"};
  product.variants[0].stock_quantity = -1;
  const auto refused = await(edit_.create(product));
  ASSERT_FALSE(refused);
  const Error error = refused.error();
  EXPECT_EQ(error.kind, ErrorKind::Invalid);
  EXPECT_EQ(error.faults.size(), 3u);
}

TEST_F(KeptCatalog, ASkuBelongsToOneProduct) {
  ASSERT_TRUE(await(edit_.create(coat("coat", {"red"}))));
  EXPECT_EQ(failure(await(edit_.create(coat("other", {"red"})))), ErrorKind::Invalid);
  EXPECT_EQ(failure(await(edit_.create(coat("red")))), ErrorKind::Invalid) << "nor may a product be named like it";
  EXPECT_EQ(failure(await(edit_.create(coat("third", {"coat"})))), ErrorKind::Invalid);
  Product loaded = coat("demo");
  ASSERT_TRUE(await(store_.put(loaded)));
  EXPECT_EQ(failure(await(edit_.create(coat("fourth", {"demo"})))), ErrorKind::Invalid) << "which claimed nothing";
  // One that a product gave up stays its own: it was counted.
  ASSERT_TRUE(await(edit_.replace(coat("coat", {"green"}), std::nullopt)));
  EXPECT_EQ(failure(await(edit_.create(coat("fifth", {"red"})))), ErrorKind::Invalid);
  EXPECT_TRUE(await(edit_.replace(coat("coat", {"red", "green"}), std::nullopt)));
}

TEST_F(KeptCatalog, AChangeNamesTheStateItMeans) {
  ASSERT_TRUE(await(edit_.create(coat("coat"))));
  Product dearer = coat("coat");
  dearer.price = Money{60'00};
  const auto changed = await(edit_.replace(dearer, 1));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->stored.revision, 2);
  EXPECT_EQ(failure(await(edit_.replace(coat("coat"), 1))), ErrorKind::PreconditionFailed);
  EXPECT_EQ(failure(await(edit_.deactivate(ProductId{"coat"}, 1))), ErrorKind::PreconditionFailed);
  EXPECT_EQ(failure(await(edit_.replace(coat("nothing"), 1))), ErrorKind::NotFound);
  const auto same = await(edit_.replace(dearer, 2));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->outcome, ProductOutcome::unchanged);
  EXPECT_EQ(same->stored.revision, 2);
  ASSERT_TRUE(await(edit_.deactivate(ProductId{"coat"}, 2)));
  EXPECT_EQ(catalog_.snapshot()->find(ProductId{"coat"}), nullptr);
  EXPECT_TRUE(await(edit_.get(ProductId{"coat"}))) << "orders may still name it";
}

TEST_F(KeptCatalog, ASaleIsNoChangeOfTheProductAndAProductNoneOfItsStock) {
  ASSERT_TRUE(await(edit_.create(coat("coat", {"red"}))));
  ASSERT_TRUE(await(store_.set_stock(ProductId{"coat"}, SkuId{"red"}, 1)));
  Product wanted = coat("coat", {"red", "blue"});
  wanted.name = "Warm coat";
  const auto changed = await(edit_.replace(wanted, 1));
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->kept_quantities);
  EXPECT_EQ(changed->stored.product.variants[0].stock_quantity, 1);
  EXPECT_EQ(changed->stored.product.variants[1].stock_quantity, 3);
  EXPECT_EQ(changed->stored.product.stock_quantity, 4);
  EXPECT_EQ(counted("red"), 3) << "the truth about it is changed by adjusting it";
  EXPECT_EQ(counted("blue"), 3);
}

TEST_F(KeptCatalog, ACrashAtAnyWriteLeavesNothingThatBlocksARetry) {
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    int writes = 0;
    for (bool died = true; died; ++writes) {
      const std::string name =
          "coat" + std::to_string(writes) + (last == DyingStore::Last::Lost ? "l" : "d");
      const Product product = coat(name, {name + "-red", name + "-blue"});
      kv_.die_after(writes, last);
      died = !await(edit_.create(product));
      kv_.revive();
      const auto again = await(edit_.create(product));
      ASSERT_TRUE(again || again.error().kind == ErrorKind::AlreadyExists) << name;
      const auto stored = await(edit_.get(product.id));
      ASSERT_TRUE(stored) << name;
      EXPECT_EQ(stored->product.variants.size(), 2u);
      for (const Variant& variant : stored->product.variants) {
        // Counted, or not yet: then the first sale counts from what the product says.
        const auto count = counted(variant.id.str().c_str());
        EXPECT_TRUE(count == 3 || (died && count == -1)) << name;
        EXPECT_EQ(failure(await(edit_.create(coat("thief" + name, {variant.id.str()})))), ErrorKind::Invalid);
      }
    }
    EXPECT_GE(writes, 7) << "three claims, the product, two counts, the note of a change";
  }
}

TEST_F(KeptCatalog, ASkuThatACrashLeftClaimedIsFreeSoon) {
  kv_.die_after(2, DyingStore::Last::Lost);
  EXPECT_FALSE(await(edit_.create(coat("lost", {"red"}))));
  kv_.revive();
  EXPECT_EQ(failure(await(edit_.create(coat("coat", {"red"})))), ErrorKind::Conflict) << "it may be being made";
  clock_.advance(kClaimLease);
  EXPECT_TRUE(await(edit_.create(coat("coat", {"red"}))));
  EXPECT_EQ(failure(await(edit_.create(coat("lost", {"red"})))), ErrorKind::Invalid);
}

TEST_F(KeptCatalog, OfManyWhoWantOneSkuOneGetsIt) {
  workers_.start();
  std::vector<Task<Result<WrittenProduct>>> tasks;
  for (int i = 0; i < 16; ++i) tasks.push_back(edit_.create(coat("coat" + std::to_string(i), {"red"})));
  const auto results = await_all(workers_, workers_.size(), std::move(tasks));
  workers_.stop();
  workers_.join();
  std::size_t made = 0;
  for (const auto& each : results) {
    if (each) ++made;
    else EXPECT_TRUE(each.error().kind == ErrorKind::Invalid || each.error().kind == ErrorKind::Conflict);
  }
  EXPECT_EQ(made, 1u);
}

TEST_F(KeptCatalog, CategoriesKeepTheirTree) {
  const auto child = [](const char* id, const char* parent) {
    Category category;
    category.id = CategoryId{id};
    category.name = id;
    category.parent = CategoryId{parent};
    return category;
  };
  ASSERT_TRUE(await(categories_.create(child("shoes", "clothing"))));
  EXPECT_EQ(await(categories_.create(child("SHOES", "clothing"))).error().kind, ErrorKind::AlreadyExists);
  EXPECT_EQ(await(categories_.create(child("boots", "nothing"))).error().kind, ErrorKind::Invalid);
  const auto known = await(categories_.get(CategoryId{"clothing"}));
  EXPECT_EQ(await(categories_.replace(child("clothing", "shoes"), known->generation)).error().kind, ErrorKind::Invalid);
  const auto moved = await(categories_.replace(child("clothing", "home"), known->generation));
  ASSERT_TRUE(moved);
  EXPECT_EQ(await(categories_.replace(child("clothing", "home"), known->generation)).error().kind,
            ErrorKind::PreconditionFailed);
  ASSERT_TRUE(await(categories_.deactivate(CategoryId{"clothing"}, moved->generation)));
  EXPECT_EQ(catalog_.snapshot()->categories().size(), 1u) << "what lies under it is hidden too";
}

TEST_F(KeptCatalog, AnImportSkipsBadLinesOrIsRefused) {
  std::vector<Product> products{coat("a"), coat("b", {"b1"}), coat("c"), coat("d", {"b1"}), coat("a")};
  products[2].name.clear();
  products[4].price = Money{70'00};
  const ProductImport tried = import_all(products, OnBadLine::skip, true);
  EXPECT_EQ(tried.state, ImportState::done);
  EXPECT_EQ(tried.bad_lines, 2);
  EXPECT_FALSE(await(edit_.get(ProductId{"a"}))) << "nothing is written by a trial";
  const ProductImport refused = import_all(products, OnBadLine::refuse);
  EXPECT_EQ(refused.state, ImportState::refused);
  ASSERT_EQ(refused.faults.size(), 2u);
  EXPECT_EQ(refused.faults[0].line, 3);
  EXPECT_EQ(refused.faults[0].field, "name");
  EXPECT_EQ(refused.faults[1].line, 4);
  EXPECT_EQ(refused.faults[1].field, "variants.0.sku");
  EXPECT_FALSE(await(edit_.get(ProductId{"a"})));
  const ProductImport done = import_all(products);
  EXPECT_EQ(done.state, ImportState::done);
  EXPECT_EQ(done.lines_read, 5);
  EXPECT_EQ(done.created, 2);
  EXPECT_EQ(done.changed, 1) << "the last line changes what the first one made";
  EXPECT_EQ(done.bad_lines, 2);
  EXPECT_EQ(await(edit_.get(ProductId{"a"}))->product.price, Money{70'00});
  EXPECT_NE(catalog_.snapshot()->find(ProductId{"b"}), nullptr);
}

TEST_F(KeptCatalog, AnImportThatDiedIsBegunAgain) {
  std::vector<Product> products;
  for (int i = 0; i < 20; ++i) products.push_back(coat("p" + std::to_string(i), {"s" + std::to_string(i)}));
  int deaths = 0;
  for (int writes = 0;; writes += 7) {
    kv_.die_after(writes, DyingStore::Last::Done);
    const ProductImport died = import_all(products);
    const bool is_dead = kv_.is_dead();
    kv_.revive();
    if (!is_dead) break;
    ++deaths;
  }
  EXPECT_GE(deaths, 3);
  const ProductImport last = import_all(products);
  EXPECT_EQ(last.state, ImportState::done);
  EXPECT_EQ(last.unchanged, 20) << last.created << " " << last.changed << " " << last.bad_lines;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(await(edit_.get(products[static_cast<std::size_t>(i)].id))->revision, 1);
}

TEST_F(KeptCatalog, AnImportWithoutItsProcessIsInterrupted) {
  ProductImport import;
  import.id = ImportId{"imp_lost"};
  import.updated_at = clock_.now();
  ASSERT_TRUE(await(import_records_.put(import)));
  EXPECT_EQ(await(imports_.get(import.id))->state, ImportState::checking);
  clock_.advance(kImportSilence + std::chrono::seconds{1});
  EXPECT_EQ(await(imports_.get(import.id))->state, ImportState::interrupted);
}

}  // namespace
}  // namespace qm::shop
