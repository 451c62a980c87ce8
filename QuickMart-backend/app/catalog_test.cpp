// Several instances on one store: what one publishes, all follow.
#include "QuickMart-backend/app/catalog.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
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
  std::size_t shown(const CatalogApp& instance) const { return instance.snapshot()->products().size(); }

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
  EXPECT_EQ(*await(store_.changes()), 1);
}

TEST_F(FollowedCatalog, FollowsAlsoAStoreThatForgot) {
  ASSERT_TRUE(await(here_.publish()));
  ASSERT_TRUE(await(there_.follow()));
  ASSERT_TRUE(await(kv_->remove({"catalog", "changes"})));
  retire(0);
  ASSERT_TRUE(await(there_.follow()));
  EXPECT_EQ(shown(there_), rows_.size() - 1);
}

}  // namespace
}  // namespace qm::shop
