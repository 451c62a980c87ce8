// The checkout: one order per key or none, of what is there and at the price that was shown.
#include "QuickMart-backend/app/orders_fixture.hpp"

namespace qm::shop {
namespace {

using test::kNow;

class CheckoutTest : public OrdersFixture {};

TEST_F(CheckoutTest, BuysTheCartOnceHoweverOftenItIsAsked) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  const auto first = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->status, OrderStatus::confirmed);
  EXPECT_EQ(first->payment_status, PaymentStatus::paid);
  EXPECT_EQ(first->totals.total(), Money{1000 + 80 + 999});
  fill(ann_, "pen", 1);  // the cart is another one by now
  const auto again = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(orders_of(ann_).size(), 1u);
  EXPECT_EQ(stock("pen").on_hand, 6);
  EXPECT_EQ(run(app_.cart.get(ann_))->items.size(), 1u);
  expect_all_adds_up({ann_}, "bought once");
}

TEST_F(CheckoutTest, RefusesAKeyThatWasUsedForSomethingElse) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 1);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  fill(ann_, "pen", 1);
  const auto other = run(app_.place.run(request(ann_, "k1", "SAVE")));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::Invalid);
}

TEST_F(CheckoutTest, LastUnitRaceIsWonByOne) {
  sell("pen", 250, 1);
  std::vector<UserId> users;
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 16; ++i) {
    users.emplace_back("user_" + std::to_string(i));
    fill(users.back(), "pen", 1);
  }
  for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k")));
  int bought = 0;
  for (const auto& result : run_all(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << result.error().detail;
  }
  EXPECT_EQ(bought, 1);
  EXPECT_EQ(stock("pen").available, 0);
  expect_all_adds_up(users, "last unit");
}

TEST_F(CheckoutTest, TellsOfAPriceThatChangedBetweenCartAndCheckout) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  sell("pen", 300, 10);
  const auto refused = run(app_.place.run(request(ann_, "k1")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Conflict);
  EXPECT_NE(refused.error().detail.find("22.95"), std::string::npos) << refused.error().detail;
  EXPECT_TRUE(orders_of(ann_).empty());
  EXPECT_EQ(run(app_.cart.get(ann_))->totals.total(), Money{2295});
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought) << bought.error().detail;
  EXPECT_EQ(bought->totals.total(), Money{2295});
}

TEST_F(CheckoutTest, LeavesNothingBehindWhenThePaymentIsDeclined) {
  sell("pen", 5000, 10);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  fill(ann_, "pen", 2);
  for (int i = 0; i < 2; ++i) {  // the answer of the key stays
    const auto declined = run(app_.place.run(request(ann_, "k1", "SAVE", "declined")));
    ASSERT_FALSE(declined);
    EXPECT_EQ(declined.error().kind, ErrorKind::Rejected);
  }
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(uses_of("SAVE"), 0);
  EXPECT_EQ(run(carts_.get(ann_))->find(SkuId{"pen"})->quantity, 2);
  expect_all_adds_up({ann_}, "declined");
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "SAVE"))));
  expect_all_adds_up({ann_}, "paid otherwise");
}

TEST_F(CheckoutTest, MakesOneOrderOfDuplicateRequestsAtOnce) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 1);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 12; ++i) tasks.push_back(app_.place.run(request(ann_, "k1")));
  int answered = 0;
  for (const auto& result : run_all(std::move(tasks))) {
    answered += result ? 1 : 0;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << result.error().detail;
  }
  EXPECT_GE(answered, 1);
  EXPECT_EQ(orders_of(ann_).size(), 1u);
  EXPECT_EQ(stock("pen").sold, 1);
  expect_all_adds_up({ann_}, "duplicates");
}

TEST_F(CheckoutTest, ACheckoutThatFailsForAnythingButItsPaymentIsNoEvent) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  const UserId bob{"bob"};
  fill(bob, "pen", 8);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  ASSERT_FALSE(run(app_.place.run(request(bob, "k1"))));
  EXPECT_EQ(owed_of(kv_, "bob"), "");
}

TEST_F(CheckoutTest, ARefusedPaymentIsToldOnceForEachCheckoutWhoeverUndoesIt) {
  sell("pen", 250, 10);
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes);
      const UserId user{"user_" + std::to_string(writes) + (last == DyingStore::Last::Done ? "_done" : "_lost")};
      fill(user, "pen", 4);
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.place.run(request(user, "k1", {}, "declined"))));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      ASSERT_FALSE(run(app_.place.run(request(user, "k1", {}, "declined")))) << where;
      recover();
      std::set<std::string> orders;
      for (const auto& [id, event] : owed_events(kv_)) {
        if (event.user_id != user.str()) continue;
        EXPECT_EQ(event.type, contracts::EventType::payment_failed) << where;
        EXPECT_TRUE(orders.insert(event.data.order_id.value()).second) << where;
      }
      EXPECT_GE(orders.size(), 1u) << where;
      if (!died) EXPECT_EQ(orders.size(), 1u) << "asked again with the same key, nothing is refused anew";
      ASSERT_LT(writes, 100);
    }
  }
}

TEST_F(CheckoutTest, ACustomerWhoWantsWhatIsSoldOutIsToldOfAndAGuestIsNot) {
  sell("pen", 250, 0);
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"pen"}, 1)));
  EXPECT_FALSE(run(app_.cart.add(make_guest(kNow), SkuId{"pen"}, 1)));
  sell("cap", 250, 1);
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"cap"}, 2))) << "there is one";
  ASSERT_TRUE(run(views_.run()));
  ASSERT_EQ(reco_.told.size(), 1u);
  EXPECT_EQ(reco_.told.begin()->second.type, contracts::EventType::out_of_stock_seen);
  EXPECT_EQ(reco_.told.begin()->second.user_id, "ann");
  EXPECT_EQ(reco_.told.begin()->second.data.product_id, "pen");
}

// Whoever was slow with a key may still create the order of its attempt: no other attempt may stand beside it.
TEST_F(CheckoutTest, AKeyThatWasTakenOverKeepsItsOrdersId) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 1);
  kv_.die_after(1, DyingStore::Last::Lost);  // after it has the key, before the order is there
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k1"))));
  kv_.revive();
  const OrderId first = run(saga_.checkouts.get("ann:k1")).value().checkout.order_id;
  clock_.advance(kOrderLease + std::chrono::seconds{1});
  ASSERT_TRUE(run(app_.cart.clear(ann_)));
  EXPECT_FALSE(run(app_.place.run(request(ann_, "k1"))));  // goes on with the key, and finds an empty cart
  fill(ann_, "pen", 1);
  clock_.advance(kOrderLease + std::chrono::seconds{1});
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought) << bought.error().detail;
  EXPECT_EQ(bought->id, first);
  expect_all_adds_up({ann_}, "taken over");
}

TEST_F(CheckoutTest, EachVariantHasItsOwnPriceAndStock) {
  Product shirt;
  shirt.id = ProductId{"shirt"};
  shirt.name = "Shirt";
  shirt.category = CategoryId{"things"};
  shirt.price = Money{2000};
  shirt.variants = {{SkuId{"shirt-s"}, {{"size", "S"}}, {}, 1}, {SkuId{"shirt-xl"}, {{"size", "XL"}}, Money{2500}, 9}};
  ASSERT_TRUE(run(catalog_store_.put(shirt)));
  ASSERT_TRUE(run(catalog_.publish()));
  EXPECT_EQ(catalog_.snapshot()->find(shirt.id)->stock_quantity, 10);

  const auto unnamed = app_.cart.choose(shirt.id, {});
  ASSERT_FALSE(unnamed);
  EXPECT_EQ(unnamed.error().kind, ErrorKind::Invalid);
  EXPECT_FALSE(app_.cart.choose(shirt.id, SkuId{"pen"}));
  EXPECT_EQ(app_.cart.choose(shirt.id, SkuId{"shirt-xl"}).value(), SkuId{"shirt-xl"});
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"shirt"}, 1)));
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"shirt-s"}, 2)));

  fill(ann_, "shirt-s", 1);
  fill(ann_, "shirt-xl", 2);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order) << order.error().detail;
  ASSERT_EQ(order->items.size(), 2u);
  EXPECT_EQ(order->items[0].product_name, "Shirt (S)");
  EXPECT_EQ(order->items[1].unit_price, Money{2500});
  EXPECT_EQ(order->items[1].product_id, shirt.id);
  EXPECT_EQ(order->totals.subtotal, Money{7000});
  EXPECT_EQ(stock("shirt-s").on_hand, 0);
  EXPECT_EQ(stock("shirt-xl").on_hand, 7);
  ASSERT_TRUE(run(app_.mirror.run()));
  EXPECT_EQ(catalog_.snapshot()->find_sku(SkuId{"shirt-xl"})->stock_quantity(), 7);
  EXPECT_EQ(catalog_.snapshot()->find(shirt.id)->stock_quantity, 7);
  expect_all_adds_up({ann_}, "variants");
}

TEST_F(CheckoutTest, TheFirstAnswerOfAKeyIsGivenAgainWhateverBecameOfTheOrder) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 1);
  const auto first = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(first);
  ASSERT_TRUE(run(app_.customer.cancel(ann_, first->id)));
  const auto again = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, OrderStatus::confirmed);
  EXPECT_EQ(again->payment_status, PaymentStatus::paid);
  EXPECT_EQ(again->items, first->items);
}

}  // namespace
}  // namespace qm::shop
