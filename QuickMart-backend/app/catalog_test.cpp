// Several instances on one store: what one publishes, all follow.
#include "QuickMart-backend/app/catalog.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/temp_dir.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/store/demo_data_files.hpp"

namespace qm::shop {
namespace {

class FollowedCatalog : public testing::Test {
 protected:
  FollowedCatalog() {
    rows_ = *read_demo_products(std::string{QM_SOURCE_DIR} + "/QuickMart-backend/data", test::kNow);
    for (const Product& product : rows_) EXPECT_TRUE(await(store_.put(product)));
    EXPECT_TRUE(await(here_.reload()));
    EXPECT_TRUE(await(there_.reload()));
  }

  void retire(std::size_t row) {
    rows_[row].is_active = false;
    ASSERT_TRUE(await(store_.put(rows_[row])));
  }
  std::size_t shown(const CatalogApp& instance) const { return instance.snapshot()->size(); }
  // Writes the row and publishes it through `instance`.
  void change(CatalogApp& instance, std::size_t row) {
    ASSERT_TRUE(await(store_.put(rows_[row])));
    std::vector<ProductId> changed{rows_[row].id};
    ASSERT_TRUE(await(instance.publish(std::move(changed))));
  }
  std::int64_t found(const CatalogApp& instance, std::string words) const {
    ProductQuery query;
    query.search = std::move(words);
    const auto snapshot = instance.snapshot();
    const auto page = instance.list(*snapshot, query);
    return page ? page->listing.total : -1;
  }

  ManualClock clock_{test::kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  CatalogStore store_{*kv_};
  CatalogApp here_{store_}, there_{store_};
  std::vector<Product> rows_;
};

TEST_F(FollowedCatalog, AnotherInstanceShowsWhatOnePublished) {
  retire(0);
  ASSERT_TRUE(await(here_.publish()));
  EXPECT_EQ(shown(here_), rows_.size() - 1);
  EXPECT_EQ(shown(there_), rows_.size());
  ASSERT_TRUE(await(there_.follow()));
  EXPECT_EQ(shown(there_), rows_.size() - 1);
  retire(1);
  ASSERT_TRUE(await(there_.publish()));
  ASSERT_TRUE(await(here_.follow()));
  EXPECT_EQ(shown(here_), rows_.size() - 2);
}

TEST_F(FollowedCatalog, IsNotReadAgainWhileNothingWasPublished) {
  ASSERT_TRUE(await(here_.publish()));
  ASSERT_TRUE(await(there_.follow()));
  const auto before = there_.snapshot();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(await(there_.follow()));
  EXPECT_EQ(there_.snapshot(), before);
}

TEST_F(FollowedCatalog, FollowsAlsoAStoreThatForgot) {
  ASSERT_TRUE(await(here_.publish()));
  ASSERT_TRUE(await(there_.follow()));
  ASSERT_TRUE(await(kv_->remove({"catalog", "changes"})));
  retire(0);
  ASSERT_TRUE(await(there_.follow()));
  EXPECT_EQ(shown(there_), rows_.size() - 1);
}

TEST_F(FollowedCatalog, AChangedProductIsReadAloneAndFound) {
  rows_[3].name = "Zanzibar Kettle";
  rows_[3].price = Money{1};
  // Written but not published: whoever read everything would see it.
  rows_[4].name = "Unpublished Thing";
  ASSERT_TRUE(await(store_.put(rows_[4])));
  change(here_, 3);
  for (CatalogApp* instance : {&here_, &there_}) {
    ASSERT_TRUE(await(instance->follow()));
    EXPECT_EQ(instance->snapshot()->find(rows_[3].id)->price, Money{1});
    EXPECT_EQ(found(*instance, "zanzibar"), 1);
    EXPECT_EQ(found(*instance, "unpublished"), 0);
  }
  rows_[3].is_active = false;
  change(there_, 3);
  ASSERT_TRUE(await(here_.follow()));
  EXPECT_EQ(found(here_, "zanzibar"), 0);
  EXPECT_TRUE(here_.suggest("zanz")->empty()) << "nor is a word suggested that finds nothing";
  EXPECT_EQ(shown(here_), rows_.size() - 1);
  rows_[3].is_active = true;
  change(there_, 3);
  ASSERT_TRUE(await(here_.follow()));
  EXPECT_EQ(found(here_, "zanzibar"), 1);
}

TEST_F(FollowedCatalog, StockMovesWithoutSortingAnything) {
  const auto before = here_.snapshot();
  rows_[0].stock_quantity = 0;
  change(there_, 0);
  ASSERT_TRUE(await(here_.follow()));
  const auto after = here_.snapshot();
  EXPECT_EQ(after->find(rows_[0].id)->stock_quantity, 0);
  EXPECT_FALSE(after->in_stock(*after->number(rows_[0].id.str())));
  EXPECT_EQ(&after->rows(), &before->rows()) << "rows and orders are shared";
  EXPECT_NE(before->find(rows_[0].id)->stock_quantity, 0) << "a snapshot stays as it is";
}

TEST_F(FollowedCatalog, WhoLagsFarBehindReadsEverything) {
  rows_[0].name = "Zanzibar Kettle";
  ASSERT_TRUE(await(store_.put(rows_[0])));
  std::vector<ProductId> other{rows_[1].id};
  for (std::int64_t i = 0; i <= kMaxNotedChanges; ++i) ASSERT_TRUE(await(store_.note_changes(other, false)));
  ASSERT_TRUE(await(here_.follow()));
  EXPECT_EQ(found(here_, "zanzibar"), 1);
}

TEST_F(FollowedCatalog, CategoriesAreFollowedToo) {
  Category category;
  category.id = CategoryId{"toys"};
  category.name = "Toys";
  ASSERT_TRUE(await(store_.put(category)));
  ASSERT_TRUE(await(here_.publish({}, true)));
  ASSERT_TRUE(await(there_.follow()));
  ASSERT_EQ(there_.snapshot()->categories().size(), 1u);
  EXPECT_EQ(shown(there_), rows_.size());
}

TEST_F(FollowedCatalog, ManyChangesAtOnceAllArrive) {
  WorkerThreads workers{3};
  workers.start();
  std::vector<Task<Result<void>>> tasks;
  for (std::size_t row = 0; row < 40; ++row) {
    rows_[row].name = "Zanzibar " + std::to_string(row);
    ASSERT_TRUE(await(store_.put(rows_[row])));
    std::vector<ProductId> changed{rows_[row].id};
    tasks.push_back(row % 2 == 0 ? here_.publish(std::move(changed)) : there_.publish(std::move(changed)));
  }
  for (const auto& done : await_all(workers, 3, std::move(tasks))) EXPECT_TRUE(done);
  for (CatalogApp* instance : {&here_, &there_}) {
    ASSERT_TRUE(await(instance->follow()));
    EXPECT_EQ(found(*instance, "zanzibar"), 40);
  }
  workers.stop();
  workers.join();
}

TEST_F(FollowedCatalog, ABrokenIndexIsMendedOnTheWay) {
  const TempDir dir;
  CatalogApp shop{store_, dir.path()};
  ASSERT_TRUE(await(shop.reload()));
  EXPECT_GT(found(shop, "jacket"), 0);
  std::filesystem::remove_all(dir.path());
  rows_[0].name = "Zanzibar Kettle";
  ASSERT_TRUE(await(store_.put(rows_[0])));
  std::vector<ProductId> changed{rows_[0].id};
  EXPECT_FALSE(await(shop.publish(std::move(changed))));
  EXPECT_EQ(found(shop, "jacket"), -1);
  EXPECT_EQ(shown(shop), rows_.size()) << "listings go on";
  ASSERT_TRUE(await(shop.follow()));
  EXPECT_EQ(found(shop, "zanzibar"), 1);
  EXPECT_GT(found(shop, "jacket"), 0);
}

}  // namespace
}  // namespace qm::shop
