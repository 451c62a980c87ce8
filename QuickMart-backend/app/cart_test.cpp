// Carts: edited at once, and what their coupons take off.
#include "QuickMart-backend/app/orders_fixture.hpp"

namespace qm::shop {
namespace {

class CartTest : public OrdersFixture {};

TEST_F(CartTest, TwoDevicesEditingOneCartLoseNothing) {
  sell("pen", 250, 100);
  sell("ink", 400, 100);
  std::vector<Task<Result<CartView>>> tasks;
  for (int i = 0; i < 10; ++i) {
    tasks.push_back(app_.cart.add(ann_, SkuId{"pen"}, 1));
    tasks.push_back(app_.cart.add(ann_, SkuId{"ink"}, 2));
  }
  for (const auto& result : run_in_turns(std::move(tasks))) EXPECT_TRUE(result) << result.error().detail;
  const auto cart = run(carts_.get(ann_)).value();
  EXPECT_EQ(cart.find(SkuId{"pen"})->quantity, 10);
  EXPECT_EQ(cart.find(SkuId{"ink"})->quantity, 20);
}

TEST_F(CartTest, TheCartShowsWhatItsCouponsTakeOffAndTheCheckoutUsesThem) {
  sell("pen", 2500, 100);
  const auto stackable = [](Coupon& coupon) { coupon.is_stackable = true; };
  give_out("TENTH", PercentOff{BasisPoints{1000}}, stackable);
  give_out("FROM50", AmountOff{Money{500}}, [](Coupon& coupon) {
    coupon.is_stackable = true;
    coupon.minimum_order_value = Money{5000};
  });
  give_out("ALONE", PercentOff{BasisPoints{2000}});
  fill(ann_, "pen", 1);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"NOSUCH"})).error().kind, ErrorKind::Rejected);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"TENTH", "ALONE"})).error().kind, ErrorKind::Rejected);
  const auto one = run(app_.cart.set_coupons(ann_, {"from50", "tenth", "TENTH"}));
  ASSERT_TRUE(one) << one.error().detail;
  EXPECT_EQ(one->totals.discount, Money{250});
  ASSERT_EQ(one->refused.size(), 1u);
  EXPECT_EQ(one->refused[0].code, "FROM50");
  EXPECT_NE(one->refused[0].reason.find("at least 50.00"), std::string::npos);
  const auto two = run(app_.cart.add(ann_, SkuId{"pen"}, 1));
  EXPECT_EQ(two->totals.discount, Money{1000});
  EXPECT_TRUE(two->refused.empty());
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order) << order.error().detail;
  EXPECT_EQ(order->totals, two->totals);
  EXPECT_TRUE(run(carts_.get(ann_))->coupons.empty());
  expect_all_adds_up({ann_}, "the cart's coupons");

  // One that was said not to fit does not stand in the way, and the request may name others.
  fill(ann_, "pen", 1);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"TENTH"}))->refused.size(), 1u);
  const auto plain = run(app_.place.run(request(ann_, "k2")));
  ASSERT_TRUE(plain) << plain.error().detail;
  EXPECT_TRUE(plain->coupons.empty());
  fill(ann_, "pen", 1);
  const auto other = run(app_.place.run(request(ann_, "k3", "ALONE")));
  ASSERT_TRUE(other) << other.error().detail;
  EXPECT_EQ(other->coupons.size(), 1u);
  ASSERT_TRUE(run(app_.cart.clear(ann_)));
  EXPECT_TRUE(run(carts_.get(ann_))->coupons.empty());
  expect_all_adds_up({ann_}, "three orders");
}

}  // namespace
}  // namespace qm::shop
