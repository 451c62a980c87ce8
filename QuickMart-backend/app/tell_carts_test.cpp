#include "QuickMart-backend/app/tell_carts.hpp"

#include <gtest/gtest.h>

#include "platform/core/runtime.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"

namespace qm::shop {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::kNow;

class TellCartsTest : public testing::Test {
 protected:
  TellCartsTest() {
    workers_.start();
    EXPECT_TRUE(run(carts_.open()));
    Product product;
    product.id = ProductId{"jacket"};
    product.name = "Jacket";
    product.category = CategoryId{"things"};
    product.price = Money{5'000};
    product.variants.push_back(Variant{SkuId{"jacket-red"}, {{"color", "red"}}, std::nullopt, 10});
    EXPECT_TRUE(run(catalog_store_.put(product)));
    EXPECT_TRUE(run(catalog_.publish()));
  }
  ~TellCartsTest() override {
    workers_.stop();
    workers_.join();
  }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  // Puts so many into the cart, now.
  Result<Cart> put(const char* user, const char* sku, std::int64_t quantity) {
    CartStore::Change change = [quantity](CartLine line) -> Result<CartLine> {
      line.quantity = quantity;
      line.seen_price = Money{250};
      return line;
    };
    return run(carts_.change(UserId{user}, SkuId{sku}, std::move(change), clock_.now()));
  }
  std::string owed(const char* user) { return owed_of(kv_, user); }

  WorkerThreads workers_{4};
  ManualClock clock_{kNow};
  DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  CatalogStore catalog_store_{kv_};
  CatalogApp catalog_{catalog_store_};
  CartStore carts_{kv_};
  jobs::Queue queue_{kv_, clock_};
  ListeningReco reco_;
  SendEvents events_{queue_, reco_};
  TellCarts tell_{carts_, catalog_, events_, clock_, minutes{30}};
};

TEST_F(TellCartsTest, TellsTheCartAsItIs) {
  ASSERT_TRUE(put("ann", "jacket-red", 2));
  ASSERT_TRUE(put("ann", "gone", 1));
  EXPECT_EQ(*run(tell_.run()), 1);
  EXPECT_EQ(*run(tell_.run()), 0);
  const auto all = owed_events(kv_);
  ASSERT_EQ(all.size(), 1u) << "changes of one moment are told as one";
  const contracts::Event& event = all.begin()->second;
  EXPECT_EQ(event.type, contracts::EventType::cart_changed);
  EXPECT_EQ(event.data.item_count, 3);
  EXPECT_EQ(event.data.amount, json::to_wire(Money{750}));
  EXPECT_EQ(event.data.product_ids, (std::vector<std::string>{"gone", "jacket"}));
}

TEST_F(TellCartsTest, ACartLeftFilledForHalfAnHourIsAbandonedOnce) {
  ASSERT_TRUE(put("ann", "pen", 1));
  ASSERT_TRUE(put("bob", "pen", 1));
  ASSERT_TRUE(put("bob", "pen", 0));
  clock_.advance(minutes{29});
  ASSERT_TRUE(run(tell_.run()));
  EXPECT_EQ(owed("ann"), "cart_changed ");
  clock_.advance(minutes{1});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(tell_.run()));
  EXPECT_EQ(owed("ann"), "cart_abandoned cart_changed ");
  EXPECT_EQ(owed("bob"), "cart_changed ") << "nothing was left in it";
  // Whoever comes back and leaves again abandons again.
  ASSERT_TRUE(put("ann", "pen", 2));
  clock_.advance(minutes{31});
  ASSERT_TRUE(run(tell_.run()));
  EXPECT_EQ(owed("ann"), "cart_abandoned cart_abandoned cart_changed cart_changed ");
}

TEST_F(TellCartsTest, ACrashAtAnyWriteLosesNothingAndTellsTheSame) {
  int told = 0;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string user = "user_" + std::to_string(told++);
      ASSERT_TRUE(put(user.c_str(), "pen", 1));
      clock_.advance(minutes{31});
      kv_.die_after(writes, last);
      static_cast<void>(run(tell_.run()));
      died = kv_.is_dead();
      kv_.revive();
      ASSERT_TRUE(run(tell_.run()));
      EXPECT_EQ(owed(user.c_str()), "cart_abandoned cart_changed ") << "dead at write " << writes;
      ASSERT_LT(writes, 20);
    }
  }
  EXPECT_GE(told, 8);
}

TEST_F(TellCartsTest, SeveralInstancesMayTellAtOnce) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put(("user_" + std::to_string(i)).c_str(), "pen", 1));
  clock_.advance(minutes{31});
  std::vector<Task<Result<int>>> tasks;
  for (int i = 0; i < 6; ++i) tasks.push_back(tell_.run());
  for (const auto& result : await_all(workers_, workers_.size(), std::move(tasks))) EXPECT_TRUE(result);
  EXPECT_EQ(owed_events(kv_).size(), 100u);
  EXPECT_EQ(*run(tell_.run()), 0) << "and all are marked";
}

TEST_F(TellCartsTest, AChangeBetweenTellingAndMarkingIsTold) {
  ASSERT_TRUE(put("ann", "pen", 1));
  const auto seen = run(carts_.untold(10));
  ASSERT_EQ(seen->size(), 1u);
  ASSERT_TRUE(put("ann", "pen", 2));  // within the same millisecond
  ASSERT_TRUE(run(carts_.mark_told(UserId{"ann"}, seen->front().generation)));
  ASSERT_TRUE(run(tell_.run()));
  ASSERT_EQ(owed_events(kv_).size(), 1u);
  EXPECT_EQ(owed_events(kv_).begin()->second.data.item_count, 2);
}

}  // namespace
}  // namespace qm::shop
