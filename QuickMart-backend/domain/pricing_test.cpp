#include "QuickMart-backend/domain/pricing.hpp"

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
    const auto priced = price_cart(c.lines, c.coupon ? &*c.coupon : nullptr, kNow);
    ASSERT_TRUE(priced) << c.name;
    const OrderTotals& totals = priced->totals;
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
  const auto priced =
      price_cart({line("a", 1, 1000), line("b", 1, 3000, "games"), line("c", 2, 100, "games")}, &books, kNow);
  ASSERT_TRUE(priced);
  EXPECT_EQ(priced->totals.discount, Money{600});
  EXPECT_EQ(priced->line_discounts, (std::vector<Money>{Money{500}, Money{0}, Money{100}}));
  const auto refused = price_cart({line("b", 1, 3000, "games")}, &books, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
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

TEST(Pricing, OfAnyCartAddsUp) {
  std::mt19937_64 random{7};
  for (int round = 0; round < 2'000; ++round) {
    std::vector<PriceLine> lines;
    for (std::size_t i = 1 + random() % 6; i > 0; --i)
      lines.push_back(line("p" + std::to_string(i), 1 + static_cast<std::int64_t>(random() % 9),
                           1 + static_cast<std::int64_t>(random() % 50'000), random() % 2 == 0 ? "books" : "games"));
    Coupon off = random() % 2 == 0 ? coupon(PercentOff{BasisPoints{1 + static_cast<std::int64_t>(random() % 10'000)}})
                                   : coupon(AmountOff{Money{1 + static_cast<std::int64_t>(random() % 20'000)}});
    if (random() % 2 == 0) off.maximum_discount = Money{1 + static_cast<std::int64_t>(random() % 5'000)};
    if (random() % 2 == 0) off.applicable_categories.emplace_back("books");
    const auto priced = price_cart(lines, &off, kNow);
    if (!priced) continue;
    Money discounts, subtotal;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      discounts = discounts + priced->line_discounts[i];
      subtotal = subtotal + lines[i].unit_price * lines[i].quantity;
    }
    EXPECT_EQ(discounts, priced->totals.discount);
    EXPECT_EQ(subtotal, priced->totals.subtotal);
    EXPECT_LE(priced->totals.discount, priced->totals.subtotal);
    EXPECT_GE(priced->totals.total().minor(), 0);
  }
}

}  // namespace
}  // namespace qm::shop
