#include "QuickMart-backend/domain/coupon.hpp"

#include <random>

#include <gtest/gtest.h>

#include "QuickMart-backend/domain/user_coupon.hpp"

#include "platform/core/test_time.hpp"

namespace qm::shop {
namespace {

using std::chrono::days;
using test::kNow;

Coupon coupon_with(Discount discount) {
  Coupon coupon;
  coupon.code = "TEST10";
  coupon.id = coupon_id_of(coupon.code);
  coupon.name = "Test";
  coupon.discount = discount;
  coupon.valid_from = kNow - days{1};
  coupon.valid_until = kNow + days{1};
  return coupon;
}

struct DiscountCase {
  const char* what;
  Discount discount;
  std::optional<Money> maximum;
  std::int64_t total;
  std::int64_t expected;
};

TEST(Coupon, TakesOffWhatItSays) {
  const DiscountCase cases[] = {
      {"ten percent", PercentOff{{1'000}}, {}, 100'00, 10'00},
      {"rounded half up to the cent", PercentOff{{1'000}}, {}, 10'05, 1'01},
      {"a percentage is capped", PercentOff{{2'500}}, Money{50'00}, 1'000'00, 50'00},
      {"the cap does not raise", PercentOff{{2'500}}, Money{50'00}, 100'00, 25'00},
      {"everything", PercentOff{{10'000}}, {}, 33'33, 33'33},
      {"an amount", AmountOff{Money{20'00}}, {}, 100'00, 20'00},
      {"an amount is never above the total", AmountOff{Money{20'00}}, {}, 12'34, 12'34},
      {"the cap is for percentages", AmountOff{Money{20'00}}, Money{5'00}, 100'00, 20'00},
      {"free shipping leaves the goods alone", FreeShipping{}, {}, 100'00, 0},
      {"nothing off nothing", AmountOff{Money{20'00}}, {}, 0, 0},
  };
  for (const auto& each : cases) {
    Coupon coupon = coupon_with(each.discount);
    coupon.maximum_discount = each.maximum;
    EXPECT_EQ(discount_on(coupon, Money{each.total}).minor(), each.expected) << each.what;
  }
}

TEST(Coupon, NeverTakesOffMoreThanTheTotalOrTheCap) {
  std::mt19937_64 random{7};
  for (int i = 0; i < 20'000; ++i) {
    const auto pick = [&](std::int64_t below) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
    };
    Discount discount = FreeShipping{};
    if (i % 3 == 0) discount = PercentOff{{1 + pick(10'000)}};
    if (i % 3 == 1) discount = AmountOff{Money{1 + pick(500'00)}};
    Coupon coupon = coupon_with(discount);
    if (pick(2) == 0) coupon.maximum_discount = Money{1 + pick(100'00)};
    const Money total{pick(2'000'00)};
    const Money off = discount_on(coupon, total);
    ASSERT_GE(off.minor(), 0);
    ASSERT_LE(off, total);
    if (i % 3 == 0 && coupon.maximum_discount) {
      ASSERT_LE(off, *coupon.maximum_discount);
    }
  }
}

TEST(Coupon, IsRefusedWithTheReason) {
  struct Case {
    std::string reason;
    std::function<void(Coupon&)> change;
  };
  const Case cases[] = {
      {"not active", [](Coupon& c) { c.is_active = false; }},
      {"not valid yet", [](Coupon& c) { c.valid_from = kNow + std::chrono::milliseconds{1}; }},
      {"expired", [](Coupon& c) { c.valid_until = kNow; }},
      {"usage limit", [](Coupon& c) { c.usage_limit = 5; c.usage_count = 5; }},
      {"at least 100.01", [](Coupon& c) { c.minimum_order_value = Money{100'01}; }},
  };
  for (const auto& each : cases) {
    Coupon coupon = coupon_with(PercentOff{{1'000}});
    ASSERT_TRUE(redeem(coupon, Money{100'00}, kNow));
    each.change(coupon);
    const auto refused = redeem(coupon, Money{100'00}, kNow);
    ASSERT_FALSE(refused) << each.reason;
    EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
    EXPECT_NE(refused.error().detail.find(each.reason), std::string::npos) << refused.error().detail;
  }
}

TEST(Coupon, EndsOfItsValidityAndMinimum) {
  Coupon coupon = coupon_with(PercentOff{{1'000}});
  coupon.valid_from = kNow;
  coupon.minimum_order_value = Money{100'00};
  EXPECT_TRUE(redeem(coupon, Money{100'00}, kNow));
  EXPECT_TRUE(is_available(coupon, coupon.valid_until - std::chrono::milliseconds{1}));
  EXPECT_FALSE(is_available(coupon, coupon.valid_until));
}

TEST(Coupon, NormalisesCodes) {
  struct Case { const char* text; const char* code; };  // "" is refused
  for (const Case& each : {Case{"save20", "SAVE20"},
                           {"  Welcome_Back20 ", "WELCOME_BACK20"},
                           {"a-b", "A-B"},
                           {"ab", ""},
                           {"", ""},
                           {"has space", ""},
                           {"dot.dot", ""},
                           {"sch\xC3\xB6n", ""},
                           {"ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC", ""}}) {
    const auto code = normalise_coupon_code(each.text);
    EXPECT_EQ(code ? *code : "", each.code) << each.text;
  }
  EXPECT_EQ(coupon_id_of("WELCOME_BACK20").str(), "coupon_welcome_back20");
}

TEST(Coupon, ListsEveryFaultOfANewOne) {
  Coupon coupon = coupon_with(PercentOff{{10'001}});
  coupon.code = "no dots.";
  coupon.name = "";
  coupon.minimum_order_value = Money{-1};
  coupon.maximum_discount = Money{0};
  coupon.usage_limit = 0;
  coupon.usage_limit_per_customer = kMaxUsesPerCustomer + 1;
  coupon.valid_until = coupon.valid_from;
  std::vector<std::string> fields;
  for (const auto& fault : faults_of(coupon)) fields.push_back(fault.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"code", "name", "discount_value", "minimum_order_value",
                                              "maximum_discount", "usage_limit", "usage_limit_per_customer",
                                              "valid_until"}));
  EXPECT_TRUE(faults_of(coupon_with(FreeShipping{})).empty());
  EXPECT_EQ(faults_of(coupon_with(AmountOff{Money{0}})).size(), 1U);
}

TEST(Coupon, SortsByValue) {
  std::vector<Coupon> coupons{coupon_with(FreeShipping{}), coupon_with(PercentOff{{1'000}}),
                              coupon_with(AmountOff{Money{20'00}}), coupon_with(PercentOff{{2'000}}),
                              coupon_with(PercentOff{{2'500}})};
  coupons[4].maximum_discount = Money{200'00};
  std::sort(coupons.begin(), coupons.end(), is_worth_more);
  std::vector<std::int64_t> saved;
  for (const auto& coupon : coupons) saved.push_back(discount_on(coupon, Money{1'000'00}).minor());
  EXPECT_EQ(saved, (std::vector<std::int64_t>{200'00, 200'00, 20'00, 100'00, 0}));
  EXPECT_EQ(type_of(coupons[2].discount), DiscountType::fixed);
}

TEST(UserCoupon, AUseMovesOnlyAlongItsTable) {
  using enum CouponUseState;
  const std::set<std::pair<CouponUseState, CouponUseState>> allowed{
      {reserved, redeemed}, {reserved, releasing}, {redeemed, releasing}};
  for (auto from : {reserved, redeemed, releasing}) {
    for (auto to : {reserved, redeemed, releasing})
      EXPECT_EQ(may_become(from, to), allowed.contains({from, to})) << to_string(from) << " → " << to_string(to);
    EXPECT_EQ(parse_coupon_use_state(to_string(from)), from);
  }
}

TEST(UserCoupon, AUseIsOfAnOrderOrOfItself) {
  EXPECT_EQ(order_of(use_of(OrderId{"ord_1"})), OrderId{"ord_1"});
  EXPECT_FALSE(order_of(CouponUseId::make(kNow)));
}

TEST(UserCoupon, ShowsWhatTheCustomerNeedsToKnow) {
  using enum UserCouponStatus;
  Coupon coupon = coupon_with(FreeShipping{});
  UserCoupon held;
  EXPECT_EQ(shown_status(held, coupon, kNow), available);
  EXPECT_EQ(shown_status(held, coupon, coupon.valid_until), expired);
  held.uses.push_back({CouponUseId{"use_1"}, CouponUseState::reserved, kNow, Money{1}, {}, false});
  EXPECT_EQ(shown_status(held, coupon, kNow), available);
  held.uses[0].state = CouponUseState::redeemed;
  EXPECT_EQ(shown_status(held, coupon, kNow), used);
  EXPECT_EQ(shown_status(held, coupon, coupon.valid_until), used);
  coupon.usage_limit_per_customer = 2;
  EXPECT_EQ(shown_status(held, coupon, kNow), available);
  EXPECT_EQ(held.last_used()->id.str(), "use_1");
  held.is_void = true;
  EXPECT_EQ(shown_status(held, coupon, kNow), expired);
}

TEST(UserCoupon, HasOneIdPerCustomerAndCoupon) {
  const auto one = user_coupon_id_of(UserId{"user_005"}, CouponId{"coupon_save20"});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->str(), "uc_user_005.coupon_save20");
  EXPECT_FALSE(user_coupon_id_of(UserId{std::string(128, 'a')}, CouponId{"coupon_save20"}));
}

}  // namespace
}  // namespace qm::shop
