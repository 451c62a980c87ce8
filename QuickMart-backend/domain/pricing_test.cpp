#include "QuickMart-backend/domain/pricing.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"

namespace qm::shop {
namespace {

using test::kNow;

PriceLine line(std::string product, std::int64_t quantity, std::int64_t minor, std::string category = "books") {
  SkuId sku{product};
  return {std::move(sku), ProductId{std::move(product)}, CategoryId{std::move(category)}, quantity, Money{minor}};
}

Coupon coupon(Discount discount) {
  Coupon coupon;
  coupon.code = "TEST";
  coupon.discount = discount;
  coupon.valid_from = kNow - std::chrono::days{1};
  coupon.valid_until = kNow + std::chrono::days{1};
  return coupon;
}

TEST(Pricing, OfCartsAsACustomerWouldReckon) {
  struct Case {
    const char* name;
    std::vector<PriceLine> lines;
    std::optional<Coupon> coupon;
    std::int64_t subtotal, discount, tax, shipping, total;
  };
  const std::vector<Case> cases{
      {"nothing", {}, {}, 0, 0, 0, 0, 0},
      {"one book", {line("a", 1, 1999)}, {}, 1999, 0, 160, 999, 3158},
      {"free shipping from 50.00", {line("a", 2, 2500)}, {}, 5000, 0, 400, 0, 5400},
      {"10 % off", {line("a", 2, 2500)}, coupon(PercentOff{BasisPoints{1000}}), 5000, 500, 360, 999, 5859},
      {"5.00 off", {line("a", 1, 10000)}, coupon(AmountOff{Money{500}}), 10000, 500, 760, 0, 10260},
      {"more off than it costs", {line("a", 1, 300)}, coupon(AmountOff{Money{500}}), 300, 300, 0, 999, 999},
      {"shipping free", {line("a", 1, 1000)}, coupon(FreeShipping{}), 1000, 0, 80, 0, 1080},
  };
  for (const Case& c : cases) {
    std::vector<Coupon> coupons;
    if (c.coupon) coupons.push_back(*c.coupon);
    const PricedCart priced = price_cart(c.lines, coupons, kNow);
    EXPECT_TRUE(priced.refused.empty()) << c.name;
    const OrderTotals& totals = priced.totals;
    EXPECT_EQ(totals.subtotal.minor(), c.subtotal) << c.name;
    EXPECT_EQ(totals.discount.minor(), c.discount) << c.name;
    EXPECT_EQ(totals.tax.minor(), c.tax) << c.name;
    EXPECT_EQ(totals.shipping.minor(), c.shipping) << c.name;
    EXPECT_EQ(totals.total().minor(), c.total) << c.name;
  }
}

TEST(Pricing, TakesTheDiscountOffTheLinesTheCouponIsForOnly) {
  Coupon books = coupon(PercentOff{BasisPoints{5000}});
  books.applicable_categories.emplace_back("books");
  books.applicable_products.emplace_back("c");
  const PricedCart priced =
      price_cart({line("a", 1, 1000), line("b", 1, 3000, "games"), line("c", 2, 100, "games")}, {books}, kNow);
  EXPECT_EQ(priced.totals.discount, Money{600});
  EXPECT_EQ(priced.line_discounts, (std::vector<Money>{Money{500}, Money{0}, Money{100}}));
  const PricedCart refused = price_cart({line("b", 1, 3000, "games")}, {books}, kNow);
  EXPECT_EQ(refused.totals.discount, Money{0});
  EXPECT_EQ(refused.refused, (std::vector<RefusedCoupon>{{"TEST", "This coupon is for other products."}}));
}

TEST(Pricing, SharesOutExactlyWhateverTheAmounts) {
  std::mt19937_64 random{20261124};
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Money> weights;
    std::int64_t whole = 0;
    for (std::size_t i = random() % 12; i > 0; --i) {
      const auto weight = static_cast<std::int64_t>(random() % (round % 3 == 0 ? 5 : 100'000'000'000));
      weights.emplace_back(weight);
      whole += weight;
    }
    const Money amount{whole == 0 ? 0 : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(whole + 1))};
    const auto shares = share_out(amount, weights);
    ASSERT_EQ(shares.size(), weights.size());
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      EXPECT_GE(shares[i].minor(), 0) << "round " << round;
      EXPECT_LE(shares[i], weights[i]) << "round " << round;
      sum += shares[i].minor();
    }
    EXPECT_EQ(sum, amount.minor()) << "round " << round;
  }
}

Coupon stackable(std::string code, Discount discount) {
  Coupon made = coupon(discount);
  made.code = std::move(code);
  made.is_stackable = true;
  return made;
}

std::string told(const PricedCart& priced) {
  std::string text;
  for (const OrderCoupon& each : priced.coupons) text += each.code + "=" + std::to_string(each.cost().minor()) + " ";
  for (const RefusedCoupon& each : priced.refused) text += "!" + each.code + " ";
  return text;
}

TEST(Pricing, AppliesSeveralCouponsInOneOrder) {
  const Coupon tenth = stackable("TENTH", PercentOff{BasisPoints{1000}});
  const Coupon half = stackable("HALF", PercentOff{BasisPoints{5000}});
  const Coupon five = stackable("FIVE", AmountOff{Money{500}});
  const Coupon ship = stackable("SHIP", FreeShipping{});
  const Coupon ship_too = stackable("SHIPTOO", FreeShipping{});
  const Coupon everything = stackable("ALL", PercentOff{BasisPoints{10000}});
  const Coupon alone = coupon(PercentOff{BasisPoints{2000}});  // TEST
  Coupon games = stackable("GAMES", PercentOff{BasisPoints{1000}});
  games.applicable_categories.emplace_back("games");
  Coupon from_100 = stackable("FROM100", AmountOff{Money{100}});
  from_100.minimum_order_value = Money{10000};
  Coupon capped = stackable("CAPPED", PercentOff{BasisPoints{5000}});
  capped.maximum_discount = Money{300};

  struct Case {
    const char* name;
    std::vector<Coupon> coupons;
    std::string told;
    std::int64_t total;
  };
  const std::vector<PriceLine> lines{line("a", 2, 2000), line("b", 1, 6000, "games")};  // 100.00
  const std::vector<Case> cases{
      {"an amount after a percentage", {five, tenth}, "TENTH=1000 FIVE=500 ", 9180},
      {"percentages on what is left", {tenth, half}, "HALF=5000 TENTH=500 ", 4860 + 999},
      {"a percentage of its lines only", {games, half}, "GAMES=600 HALF=4700 ", 5076 + 999},
      {"a minimum counts before discounts", {from_100, half}, "HALF=5000 FROM100=100 ", 5292 + 999},
      {"a cap is its coupon's", {capped, tenth}, "CAPPED=300 TENTH=970 ", 9428},
      {"shipping last", {ship, half, five}, "HALF=5000 FIVE=500 SHIP=999 ", 4860},
      {"shipping once", {ship_too, ship}, "SHIP=0 !SHIPTOO ", 10800},
      {"nothing left", {everything, five}, "ALL=10000 !FIVE ", 999},
      {"twice the same", {tenth, tenth}, "TENTH=1000 ", 9720},
      {"one that will not be combined", {alone, tenth}, "TENTH=1000 !TEST ", 9720},
      {"one that will not be combined, alone", {alone}, "TEST=2000 ", 8640},
  };
  for (const Case& c : cases) {
    const PricedCart priced = price_cart(lines, c.coupons, kNow);
    EXPECT_EQ(told(priced), c.told) << c.name;
    EXPECT_EQ(priced.totals.total().minor(), c.total) << c.name;
  }
}

// Of random carts and coupons.
struct AnyPricing {
  std::mt19937_64 random{7};

  std::int64_t pick(std::uint64_t below) { return static_cast<std::int64_t>(random() % below); }
  std::vector<PriceLine> lines() {
    std::vector<PriceLine> all;
    for (auto i = 1 + pick(6); i > 0; --i)
      all.push_back(line("p" + std::to_string(i), 1 + pick(9), pick(50'000), pick(2) == 0 ? "books" : "games"));
    return all;
  }
  Coupon any_coupon(std::string code) {
    Discount off = FreeShipping{};
    const auto kind = pick(5);
    if (kind < 2) off = PercentOff{BasisPoints{1 + pick(10'000)}};
    if (kind == 2 || kind == 3) off = AmountOff{Money{1 + pick(20'000)}};
    Coupon made = stackable(std::move(code), off);
    made.is_stackable = pick(8) != 0;
    if (pick(3) == 0) made.maximum_discount = Money{1 + pick(5'000)};
    if (pick(3) == 0) made.minimum_order_value = Money{pick(60'000)};
    if (pick(3) == 0) made.applicable_categories.emplace_back("books");
    if (pick(4) == 0) made.applicable_products.emplace_back("p1");
    return made;
  }
};

TEST(Pricing, OfAnyCartAddsUp) {
  AnyPricing any;
  int with_several = 0;
  for (int round = 0; round < 4'000; ++round) {
    const std::vector<PriceLine> lines = any.lines();
    std::vector<Coupon> coupons;
    for (auto i = any.pick(6); i > 0; --i) coupons.push_back(any.any_coupon("C" + std::to_string(i)));
    const PricedCart priced = price_cart(lines, coupons, kNow);
    ASSERT_EQ(priced.coupons.size() + priced.refused.size(), coupons.size());
    ASSERT_EQ(priced.line_discounts.size(), lines.size());
    with_several += priced.coupons.size() > 1 ? 1 : 0;
    Money by_line, by_coupon, saved, subtotal;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Money total = lines[i].unit_price * lines[i].quantity;
      EXPECT_GE(priced.line_discounts[i].minor(), 0) << "round " << round;
      EXPECT_LE(priced.line_discounts[i], total) << "round " << round;
      by_line = by_line + priced.line_discounts[i];
      subtotal = subtotal + total;
    }
    for (const OrderCoupon& each : priced.coupons) {
      EXPECT_GE(each.discount.minor(), 0);
      by_coupon = by_coupon + each.discount;
      saved = saved + each.shipping_saved;
      const auto of = std::ranges::find(coupons, each.code, &Coupon::code);
      if (of->maximum_discount && std::holds_alternative<PercentOff>(of->discount))
        EXPECT_LE(each.discount, *of->maximum_discount) << "round " << round;
      if (priced.coupons.size() > 1) EXPECT_TRUE(of->is_stackable) << "round " << round;
    }
    EXPECT_EQ(by_line, priced.totals.discount) << "round " << round;
    EXPECT_EQ(by_coupon, priced.totals.discount) << "round " << round;
    EXPECT_EQ(subtotal, priced.totals.subtotal);
    // What all coupons cost is what the order would have cost without them, tax aside.
    const bool free = std::ranges::any_of(priced.coupons, [&](const OrderCoupon& each) {
      return std::holds_alternative<FreeShipping>(std::ranges::find(coupons, each.code, &Coupon::code)->discount);
    });
    const OrderTotals plain = price_order(subtotal, priced.totals.discount, false);
    EXPECT_EQ(saved, free ? plain.shipping : Money{}) << "round " << round;
    EXPECT_EQ(priced.totals.shipping + saved, plain.shipping) << "round " << round;
    EXPECT_GE(priced.totals.total().minor(), 0);
  }
  EXPECT_GT(with_several, 500);
}

TEST(Pricing, IsTheSameInWhateverOrderCouponsAreNamed) {
  AnyPricing any;
  for (int round = 0; round < 1'000; ++round) {
    const std::vector<PriceLine> lines = any.lines();
    std::vector<Coupon> coupons;
    for (auto i = 2 + any.pick(4); i > 0; --i) coupons.push_back(any.any_coupon("C" + std::to_string(i)));
    const PricedCart priced = price_cart(lines, coupons, kNow);
    std::ranges::shuffle(coupons, any.random);
    const PricedCart shuffled = price_cart(lines, coupons, kNow);
    EXPECT_EQ(shuffled.totals, priced.totals) << "round " << round;
    EXPECT_EQ(shuffled.line_discounts, priced.line_discounts) << "round " << round;
    EXPECT_EQ(shuffled.coupons, priced.coupons) << "round " << round;
    EXPECT_EQ(shuffled.refused, priced.refused) << "round " << round;
  }
}

}  // namespace
}  // namespace qm::shop
