#include "QuickMart-backend/app/merge_carts.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/cart_tokens.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"

namespace qm::shop {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::kNow;

TEST(CartTokens, AreTakenUntilTheyExpireAndOnlyAsTheyWereIssued) {
  const CartTokens tokens{std::string(40, 'k')};
  const UserId guest = make_guest(kNow);
  ASSERT_TRUE(is_guest(guest));
  const CartToken token = tokens.issue(guest, kNow);
  EXPECT_LE(token.text.size(), kMaxCartTokenBytes);
  ASSERT_TRUE(tokens.verify(token.text, kNow));
  EXPECT_EQ(*tokens.verify(token.text, kNow), guest);
  EXPECT_TRUE(tokens.verify(token.text, token.expires_at - seconds{1}));
  EXPECT_FALSE(tokens.verify(token.text, token.expires_at));
  EXPECT_FALSE(CartTokens{std::string(40, 'x')}.verify(token.text, kNow)) << "another shop's";

  for (std::size_t i = 0; i < token.text.size(); ++i) {
    std::string forged = token.text;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.verify(forged, kNow)) << forged;
  }
  for (const char* text : {"", ".", "..", "guest_1", "a.b.c"}) EXPECT_FALSE(tokens.verify(text, kNow)) << text;
  EXPECT_FALSE(tokens.verify(std::string(10'000, 'a'), kNow));
  // What names a customer is no guest's, though we signed it.
  EXPECT_FALSE(tokens.verify(tokens.issue(UserId{"user_1"}, kNow).text, kNow));
}

class MergeCartsTest : public testing::Test {
 protected:
  MergeCartsTest() {
    workers_.start();
    EXPECT_TRUE(run(carts_.open()));
  }
  ~MergeCartsTest() override {
    workers_.stop();
    workers_.join();
  }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  static CartStore::Change more(std::int64_t quantity) {
    return [quantity](CartLine line) -> Result<CartLine> {
      line.quantity += quantity;
      line.seen_price = Money{100};
      return line;
    };
  }
  void put(const UserId& owner, std::string sku, std::int64_t quantity) {
    const auto cart = run(carts_.change(owner, SkuId{std::move(sku)}, more(quantity), clock_.now()));
    ASSERT_TRUE(cart) << cart.error().detail;
  }
  // As "ink 2, pen 3, "
  std::string held_by(const UserId& owner) {
    const auto cart = run(carts_.get(owner));
    if (!cart) return "refused";
    std::string lines;
    for (const CartLine& line : cart->lines) lines += line.sku.str() + " " + std::to_string(line.quantity) + ", ";
    return lines;
  }

  WorkerThreads workers_{4};
  ManualClock clock_{kNow};
  DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  CartStore carts_{kv_};
  MergeCarts merge_{carts_, clock_};
  const UserId ann_{"ann"};
  const UserId guest_ = make_guest(kNow);
};

TEST_F(MergeCartsTest, AddsUpOnceAndSpendsTheGuestsCart) {
  put(guest_, "pen", 2);
  put(guest_, "ink", 1);
  put(ann_, "pen", 3);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(merge_.run(guest_, ann_)));
  EXPECT_EQ(held_by(ann_), "ink 1, pen 5, ");
  EXPECT_EQ(held_by(guest_), "refused");
  EXPECT_EQ(run(carts_.change(guest_, SkuId{"pen"}, more(1), kNow)).error().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(run(carts_.clear(guest_, kNow)).error().kind, ErrorKind::Unauthenticated);
  // What the customer then does with it stays done.
  ASSERT_TRUE(run(carts_.clear(ann_, kNow)));
  ASSERT_TRUE(run(merge_.run(guest_, ann_)));
  EXPECT_EQ(held_by(ann_), "");
}

TEST_F(MergeCartsTest, KeepsToTheCartsLimits) {
  put(guest_, "pen", 600);
  put(ann_, "pen", 600);
  for (std::size_t i = 0; i < kMaxCartLines - 1; ++i) put(ann_, "sku_" + std::to_string(i), 1);
  put(guest_, "sku_new", 1);
  ASSERT_TRUE(run(merge_.run(guest_, ann_)));
  const auto cart = run(carts_.get(ann_)).value();
  EXPECT_EQ(cart.lines.size(), kMaxCartLines);
  EXPECT_EQ(cart.find(SkuId{"pen"})->quantity, kMaxLineQuantity);
  EXPECT_EQ(cart.find(SkuId{"sku_new"}), nullptr);
}

TEST_F(MergeCartsTest, OfTwoCustomersWithOneTokenTheFirstHasIt) {
  put(guest_, "pen", 2);
  const UserId bob{"bob"};
  std::vector<Task<Result<void>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(merge_.run(guest_, i % 2 == 0 ? ann_ : bob));
  int merged = 0;
  for (const auto& result : await_all(workers_, workers_.size(), std::move(tasks))) {
    merged += result ? 1 : 0;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Conflict);
  }
  EXPECT_EQ(merged, 4) << "one customer's, however often";
  EXPECT_EQ(held_by(ann_) + held_by(bob), "pen 2, ");
}

TEST_F(MergeCartsTest, WhatAGuestAddsMeanwhileIsMergedOrRefused) {
  for (int round = 0; round < 20; ++round) {
    const UserId guest = make_guest(kNow), customer{"customer_" + std::to_string(round)};
    put(guest, "pen", 1);
    std::vector<Task<Result<int>>> tasks;
    const auto add = [this](UserId who) -> Task<Result<int>> {
      SkuId sku{"pen"};
      CartStore::Change one = more(1);
      auto added = co_await carts_.change(std::move(who), std::move(sku), std::move(one), kNow);
      co_return added ? 1 : 0;
    };
    const auto merge = [this](UserId from, UserId to) -> Task<Result<int>> {
      auto merged = co_await merge_.run(std::move(from), std::move(to));
      if (!merged) co_return merged.error();
      co_return 0;
    };
    for (int i = 0; i < 6; ++i) {
      tasks.push_back(add(guest));
      tasks.push_back(add(customer));
      if (i % 2 == 0) tasks.push_back(merge(guest, customer));
    }
    std::int64_t added = 1;
    for (const auto& result : await_all(workers_, workers_.size(), std::move(tasks))) {
      ASSERT_TRUE(result) << result.error().detail;
      added += *result;
    }
    EXPECT_EQ(held_by(customer), "pen " + std::to_string(added) + ", ");
  }
}

TEST_F(MergeCartsTest, ACrashAtAnyWriteLosesAndDoublesNothing) {
  int round = 0;
  for (const bool logs_in_again : {false, true}) {
    for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
      bool died = true;
      for (int writes = 0; died; ++writes) {
        const std::string where = "dead at write " + std::to_string(writes);
        const UserId guest = make_guest(kNow), customer{"customer_" + std::to_string(round++)};
        put(guest, "pen", 2);
        put(customer, "pen", 3);
        kv_.die_after(writes, last);
        static_cast<void>(run(merge_.run(guest, customer)));
        died = kv_.is_dead();
        kv_.revive();
        if (logs_in_again) {
          ASSERT_TRUE(run(merge_.run(guest, customer))) << where;
        } else {
          clock_.advance(seconds{10});
          ASSERT_TRUE(run(merge_.recover())) << where;
        }
        const bool never_begun = !logs_in_again && held_by(guest) != "refused";
        EXPECT_EQ(held_by(customer), never_begun ? "pen 3, " : "pen 5, ") << where;
        if (never_begun) EXPECT_EQ(held_by(guest), "pen 2, ") << where;
        ASSERT_TRUE(run(merge_.run(guest, customer)));
        EXPECT_EQ(held_by(customer), "pen 5, ") << where;
        clock_.advance(seconds{10});
        EXPECT_EQ(*run(merge_.recover()), 0) << where << ": nothing is left to finish";
        ASSERT_LT(writes, 20);
      }
    }
  }
}

TEST_F(MergeCartsTest, ATokenWithoutACartIsSpentToo) {
  ASSERT_TRUE(run(merge_.run(guest_, ann_)));
  EXPECT_EQ(held_by(guest_), "refused");
  EXPECT_EQ(held_by(ann_), "");
}

TEST_F(MergeCartsTest, GuestsCartsExpireAndAreToldToNobody) {
  put(guest_, "pen", 2);
  EXPECT_TRUE(run(carts_.untold(10))->empty());
  EXPECT_TRUE(run(carts_.left_before(kNow, 10))->empty());
  clock_.advance(kGuestTokenLife);
  EXPECT_EQ(held_by(guest_), "pen 2, ") << "as long as any token for it";
  clock_.advance(hours{25});
  EXPECT_EQ(held_by(guest_), "");
}

}  // namespace
}  // namespace qm::shop
