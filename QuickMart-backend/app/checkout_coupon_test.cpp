// Coupons at the checkout: their limits, budgets and rules, also when many use them at once or a process dies.
#include "QuickMart-backend/app/orders_fixture.hpp"

namespace qm::shop {
namespace {

using test::kNow;

class CheckoutCouponTest : public OrdersFixture {};

TEST_F(CheckoutCouponTest, CouponLimitRaceLetsNoMoreThrough) {
  sell("pen", 5000, 100);
  give_out("FEW", PercentOff{BasisPoints{1000}}, 3);
  std::vector<UserId> users;
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 12; ++i) {
    users.emplace_back("user_" + std::to_string(i));
    fill(users.back(), "pen", 1);
  }
  for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k", "FEW")));
  int bought = 0;
  for (const auto& result : run_in_turns(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Rejected) << result.error().detail;
  }
  EXPECT_EQ(bought, 3);
  EXPECT_EQ(uses_of("FEW"), 3);
  expect_all_adds_up(users, "coupon limit");
}

TEST_F(CheckoutCouponTest, TakesSeveralCouponsOnlyIfAllMayBeUsedTogether) {
  sell("pen", 5000, 100);
  const CampaignId spring = begin_campaign(100'000);
  const auto stackable = [&](Coupon& coupon) {
    coupon.is_stackable = true;
    coupon.campaign_id = spring;
  };
  give_out("TENTH", PercentOff{BasisPoints{1000}}, stackable);
  give_out("FIVE", AmountOff{Money{500}}, stackable);
  give_out("SHIP", FreeShipping{}, stackable);
  give_out("ALONE", PercentOff{BasisPoints{2000}});
  fill(ann_, "pen", 1);
  const auto refused = run(app_.place.run(with_coupons(ann_, "k1", {"TENTH", "ALONE"})));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
  EXPECT_NE(refused.error().detail.find("ALONE"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(run(app_.place.run(with_coupons(ann_, "k2", {"A", "B", "C", "D", "E", "F"}))).error().kind,
            ErrorKind::Rejected);
  const auto order = run(app_.place.run(with_coupons(ann_, "k3", {"SHIP", "five", "TENTH"})));
  ASSERT_TRUE(order) << order.error().detail;
  EXPECT_EQ(order->coupons, (std::vector<OrderCoupon>{
                                {"TENTH", Money{500}, Money{}}, {"FIVE", Money{500}, {}}, {"SHIP", {}, Money{999}}}));
  EXPECT_EQ(order->totals.total(), Money{4000 + 320});
  EXPECT_EQ(campaign(spring).redeemed, Money{1999});
  expect_all_adds_up({ann_}, "three coupons");
  ASSERT_TRUE(run(app_.customer.cancel(ann_, order->id)));
  EXPECT_EQ(campaign(spring).redeemed, Money{});
  expect_all_adds_up({ann_}, "cancelled");
}

TEST_F(CheckoutCouponTest, BudgetRaceNeverPassesTheBudget) {
  sell("pen", 5000, 100);
  const CampaignId spring = begin_campaign(2'400);  // for four of 5.00, and not for a fifth
  for (const char* code : {"ONE", "TWO"})
    give_out(code, AmountOff{Money{code == std::string{"ONE"} ? 300 : 200}}, [&](Coupon& coupon) {
      coupon.is_stackable = true;
      coupon.campaign_id = spring;
    });
  const std::vector<UserId> users = customers(12);
  int bought = buy_at_once(users, "pen", {"ONE", "TWO"});
  EXPECT_LE(bought, 4);  // fewer where one's reservation kept another out, and then was given back
  expect_all_adds_up(users, "budget race");
  for (const UserId& user : users) bought += run(app_.place.run(with_coupons(user, "k2", {"ONE", "TWO"}))) ? 1 : 0;
  EXPECT_EQ(bought, 4);
  EXPECT_EQ(campaign(spring).redeemed, Money{2000});
  expect_all_adds_up(users, "budget");
  const auto verdict = run(coupon_app_.validate.run(ann_, "ONE", Money{5000})).value();
  EXPECT_TRUE(verdict.is_valid);  // 4.00 are left
  ASSERT_TRUE(run(coupon_app_.apply.run(ann_, "ONE", Money{5000})));
  EXPECT_FALSE(run(coupon_app_.validate.run(UserId{"bob"}, "ONE", Money{5000})).value().is_valid);
  EXPECT_EQ(run(coupon_app_.apply.run(UserId{"bob"}, "TWO", Money{5000})).error().kind, ErrorKind::Rejected);
  EXPECT_EQ(run(coupon_app_.campaigns.change_budget(spring, Money{2299})).error().kind, ErrorKind::Conflict);
  ASSERT_TRUE(run(coupon_app_.campaigns.change_budget(spring, Money{2500})));
  EXPECT_TRUE(run(coupon_app_.apply.run(UserId{"bob"}, "TWO", Money{5000})));
  EXPECT_EQ(campaign(spring).left(), Money{});
}

TEST_F(CheckoutCouponTest, LimitPerCustomerRaceLetsNoMoreThrough) {
  sell("pen", 5000, 100);
  give_out("TWICE", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.usage_limit_per_customer = 2; });
  fill(ann_, "pen", 1);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 10; ++i)
    tasks.push_back(app_.place.run(with_coupons(ann_, "k" + std::to_string(i), {"TWICE"})));
  int bought = 0;
  for (const auto& result : run_in_turns(std::move(tasks))) bought += result ? 1 : 0;
  EXPECT_LE(bought, 2);
  EXPECT_GE(bought, 1);
  expect_all_adds_up({ann_}, "race");
  for (int i = 0; i < 3; ++i) {
    fill(ann_, "pen", 1);
    const auto order = run(app_.place.run(with_coupons(ann_, "again" + std::to_string(i), {"TWICE"})));
    bought += order ? 1 : 0;
    if (!order) EXPECT_NE(order.error().detail.find("already used"), std::string::npos) << order.error().detail;
  }
  EXPECT_EQ(bought, 2);
  EXPECT_EQ(uses_of("TWICE"), 2);
  expect_all_adds_up({ann_}, "one after the other");
}

TEST_F(CheckoutCouponTest, FirstOrderRaceIsWonByOne) {
  sell("pen", 5000, 100);
  const auto first_only = [](Coupon& coupon) {
    coupon.first_order_only = true;
    coupon.usage_limit_per_customer = 9;
  };
  give_out("HELLO", PercentOff{BasisPoints{1000}}, first_only);
  give_out("HEY", AmountOff{Money{500}}, first_only);
  fill(ann_, "pen", 1);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 10; ++i)
    tasks.push_back(app_.place.run(with_coupons(ann_, "k" + std::to_string(i), {i % 2 == 0 ? "HELLO" : "HEY"})));
  int bought = 0;
  OrderId id;
  for (const auto& result : run_in_turns(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (result) id = result->id;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Rejected) << result.error().detail;
  }
  EXPECT_EQ(bought, 1);
  expect_all_adds_up({ann_}, "race");
  fill(ann_, "pen", 1);
  EXPECT_EQ(run(app_.place.run(with_coupons(ann_, "later", {"HEY"}))).error().kind, ErrorKind::Rejected);
  EXPECT_FALSE(run(coupon_app_.apply.run(ann_, "HEY", Money{5000})));
  ASSERT_TRUE(run(app_.customer.cancel(ann_, id)));
  EXPECT_TRUE(run(app_.place.run(with_coupons(ann_, "after", {"HEY"}))));
  expect_all_adds_up({ann_}, "the first was cancelled");
}

TEST_F(CheckoutCouponTest, AFirstOrderCouponIsNotForCustomersWhoBought) {
  sell("pen", 5000, 100);
  give_out("HELLO", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.first_order_only = true; });
  fill(ann_, "pen", 1);
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k0", "HELLO", "declined"))));  // that was no order
  EXPECT_TRUE(run(coupon_app_.validate.run(ann_, "HELLO", Money{5000}))->is_valid);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  EXPECT_FALSE(run(coupon_app_.validate.run(ann_, "HELLO", Money{5000}))->is_valid);
  fill(ann_, "pen", 1);
  const auto refused = run(app_.place.run(request(ann_, "k2", "HELLO")));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("first order"), std::string::npos) << refused.error().detail;
  expect_all_adds_up({ann_}, "no new customer");
}

TEST_F(CheckoutCouponTest, AClaimLeftByADeadCheckoutIsTakenOver) {
  sell("pen", 5000, 100);
  give_out("HELLO", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.first_order_only = true; });
  fill(ann_, "pen", 1);
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k1", "HELLO", "declined"))));
  // A stalled process goes on with what was undone, and dies after each of the customer's own two records.
  const OrderId undone = orders_of(ann_).front().id;
  const Coupon coupon = run(coupons_.find("HELLO")).value();
  for (int record = 0; record < 2; ++record) {
    kv_.die_after(1, DyingStore::Last::Lost);
    EXPECT_FALSE(run(coupon_app_.hold.reserve(ann_, coupon, use_of(undone), Money{500})));
    kv_.revive();
  }
  EXPECT_TRUE(run(first_orders_.get(ann_)).value().has_value());
  const auto bought = run(app_.place.run(request(ann_, "k2", "HELLO")));
  ASSERT_TRUE(bought) << bought.error().detail;
  expect_all_adds_up({ann_}, "taken over");
  // With nothing but the claim.
  ASSERT_TRUE(run(app_.customer.cancel(ann_, bought->id)));
  ASSERT_TRUE(run(first_orders_.claim(ann_, {use_of(undone), coupon.id, kNow}, {})));
  fill(ann_, "pen", 1);
  const auto again = run(app_.place.run(request(ann_, "k3", "HELLO")));
  ASSERT_TRUE(again) << again.error().detail;
  expect_all_adds_up({ann_}, "the claim alone");
}

TEST_F(CheckoutCouponTest, APersonalCouponIsForThoseItWasGivenTo) {
  sell("pen", 5000, 100);
  give_out("YOURS", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.is_personal = true; });
  kv::Bins account;
  account["email"] = "ann@example.com";
  ASSERT_TRUE(run(kv_.put(kv::Key{"user", "ann"}, std::move(account), kv::WriteOptions{})));
  EXPECT_TRUE(run(coupon_app_.list.available()).value().empty());
  fill(ann_, "pen", 1);
  EXPECT_FALSE(run(coupon_app_.validate.run(ann_, "YOURS", Money{5000}))->is_valid);
  EXPECT_EQ(run(app_.place.run(request(ann_, "k1", "YOURS"))).error().kind, ErrorKind::Rejected);
  const Coupon coupon = run(coupons_.find("YOURS")).value();
  EXPECT_EQ(run(coupon_app_.hold.reserve(ann_, coupon, CouponUseId{"use_1"}, Money{500})).error().kind,
            ErrorKind::Rejected);
  AssignCouponInput input;
  input.user_id = ann_;
  input.coupon = "YOURS";
  ASSERT_TRUE(run(coupon_app_.assign.run(std::move(input))));
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "YOURS"))));
  fill(UserId{"bob"}, "pen", 1);
  EXPECT_EQ(run(app_.place.run(request(UserId{"bob"}, "k", "YOURS"))).error().kind, ErrorKind::Rejected);
  expect_all_adds_up({ann_, UserId{"bob"}}, "personal");
}

TEST_F(CheckoutCouponTest, TellsOfACouponThatRanOutBetweenCartAndCheckout) {
  sell("pen", 2500, 100);
  give_out("LAST", PercentOff{BasisPoints{1000}}, 1);
  fill(ann_, "pen", 2);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"LAST"}))->totals.total(), Money{4500 + 360 + 999});
  ASSERT_TRUE(run(coupon_app_.apply.run(UserId{"bob"}, "LAST", Money{5000})));
  for (int i = 0; i < 2; ++i) {
    const auto refused = run(app_.place.run(request(ann_, "k1")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Conflict);
    EXPECT_NE(refused.error().detail.find("54.00"), std::string::npos) << refused.error().detail;
  }
  EXPECT_EQ(run(app_.cart.get(ann_))->refused.size(), 1u);  // now she knows
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought) << bought.error().detail;
  EXPECT_EQ(bought->totals.total(), Money{5400});
}

// The same while checkouts are under way: whoever comes too late hears the new total.
TEST_F(CheckoutCouponTest, ARaceForACartsLastCouponTellsTheOthersTheNewTotal) {
  sell("pen", 5000, 100);
  give_out("LAST", PercentOff{BasisPoints{1000}}, 1);
  const std::vector<UserId> users = customers(8);
  std::vector<Task<Result<Order>>> tasks;
  for (const UserId& user : users) {
    fill(user, "pen", 1);
    ASSERT_TRUE(run(app_.cart.set_coupons(user, {"LAST"})));
  }
  for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k")));
  int bought = 0;
  for (const auto& result : run_in_turns(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (result) continue;
    EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << result.error().detail;
    EXPECT_NE(result.error().detail.find("54.00"), std::string::npos) << result.error().detail;
  }
  EXPECT_EQ(bought, 1);
  expect_all_adds_up(users, "the cart's last coupon");
}

// With two stacked coupons of one campaign, one of them for first orders, at each write in turn.
TEST_F(CheckoutCouponTest, ACheckoutWithStackedCouponsThatCrashedLeavesTheBooksInOrder) {
  sell("pen", 5000, 1'000);
  const CampaignId spring = begin_campaign(1'000'000);
  const auto stackable = [&](Coupon& coupon) {
    coupon.is_stackable = true;
    coupon.campaign_id = spring;
  };
  give_out("TENTH", PercentOff{BasisPoints{1000}}, [&](Coupon& coupon) {
    stackable(coupon);
    coupon.first_order_only = true;
  });
  give_out("SHIP", FreeShipping{}, stackable);
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      const UserId user = users.back();
      fill(user, "pen", 1);
      kv_.die_after(writes, last);
      const auto answer = run(app_.place.run(with_coupons(user, "k", {"TENTH", "SHIP"})));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.place.run(with_coupons(user, "k", {"TENTH", "SHIP"})));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      if (answer) EXPECT_EQ(again->id, answer->id) << where;
      expect_all_adds_up(users, where + ", asked again");
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.customer.cancel(user, again->id)));
      died = died || kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where + ", cancelled");
      ASSERT_LT(writes, 100);
    }
  }
  EXPECT_GT(users.size(), 40u);
}

// A process that stalled while it took an order back wakes when all is over.
TEST_F(CheckoutCouponTest, AReopenedUseThatComesTooLateIsForgotten) {
  sell("pen", 5000, 10);
  const CampaignId spring = begin_campaign(1'000);
  give_out("TENTH", PercentOff{BasisPoints{1000}}, [&](Coupon& coupon) {
    coupon.campaign_id = spring;
    coupon.usage_limit_per_customer = 2;
  });
  for (const char* key : {"k1", "k2"}) {
    fill(ann_, "pen", 1);
    ASSERT_TRUE(run(app_.place.run(request(ann_, key, "TENTH"))));
  }
  const OrderId cancelled = orders_of(ann_).front().id;
  ASSERT_TRUE(run(app_.customer.cancel(ann_, cancelled)));
  const CouponId coupon = coupon_id_of("TENTH");
  ASSERT_TRUE(run(coupons_.reopen_use(coupon, {use_of(cancelled), ann_, kNow})));
  ASSERT_TRUE(run(campaigns_.reopen(spring, {use_of(cancelled), coupon, ann_, Money{500}, kNow})));
  recover();
  EXPECT_EQ(uses_of("TENTH"), 1);
  EXPECT_EQ(campaign(spring).redeemed, Money{500});
  expect_all_adds_up({ann_}, "late");
}

// One who gave a use back died before the end of it, and another, who was as far as that before, reopens it: whoever
// goes on finds it reopened, and on its way back.
TEST_F(CheckoutCouponTest, AUseThatIsReopenedWhileItIsGivenBackIsNotCountedOffTwice) {
  sell("pen", 5000, 10);
  const CampaignId spring = begin_campaign(1'000);
  give_out("TENTH", PercentOff{BasisPoints{1000}}, [&](Coupon& coupon) {
    coupon.campaign_id = spring;
    coupon.usage_limit_per_customer = 2;
  });
  for (const char* key : {"k1", "k2"}) {
    fill(ann_, "pen", 1);
    ASSERT_TRUE(run(app_.place.run(request(ann_, key, "TENTH"))));
  }
  const CouponUseId use = use_of(orders_of(ann_).front().id);
  const CouponId coupon = coupon_id_of("TENTH");
  const ReservedBudget share{use, coupon, ann_, Money{500}, kNow};
  const auto reopen = [&] {
    ASSERT_TRUE(run(coupons_.reopen_use(coupon, {use, ann_, kNow})));
    ASSERT_TRUE(run(campaigns_.reopen(spring, share)));
  };
  reopen();
  const auto begin_release = [&use](UserCoupon& held) -> Result<bool> {
    held.find(use)->state = CouponUseState::releasing;
    return true;
  };
  ASSERT_TRUE(run(held_.change(*user_coupon_id_of(ann_, coupon), begin_release)));
  ASSERT_TRUE(run(campaigns_.release(spring, use, coupon, true)));
  ASSERT_TRUE(*run(coupons_.release_use(coupon, use, true)));
  reopen();
  ASSERT_TRUE(run(coupon_app_.hold.release(ann_, coupon, use)));
  EXPECT_EQ(uses_of("TENTH"), 1);
  EXPECT_EQ(campaign(spring).redeemed, Money{500});
  EXPECT_EQ(campaign(spring).reserved, Money{});
  clock_.advance(std::chrono::hours{2});
  ASSERT_TRUE(run(coupon_app_.recover.run()));
  EXPECT_TRUE(run(coupons_.list())->front().taken_off.empty()) << "it is not remembered for ever";
  EXPECT_TRUE(run(campaigns_.list())->front().given_back.empty());
}

}  // namespace
}  // namespace qm::shop
