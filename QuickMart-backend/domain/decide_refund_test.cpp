#include "QuickMart-backend/domain/decide_refund.hpp"

#include <random>

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"
#include "QuickMart-backend/domain/pricing.hpp"

namespace qm::shop {
namespace {

using test::kNow;

Order bought(std::vector<OrderItem> items, Money discount, Money tax, Money shipping) {
  Order order;
  Money subtotal;
  std::vector<Money> weights;
  for (const OrderItem& item : items) {
    weights.push_back(item.total_price());
    subtotal = subtotal + item.total_price();
  }
  const auto discounts = share_out(discount, weights);
  for (std::size_t i = 0; i < items.size(); ++i) items[i].discount = discounts[i];
  order.items = std::move(items);
  order.totals = {subtotal, discount, tax, shipping};
  order.status = OrderStatus::delivered;
  order.payment_status = PaymentStatus::paid;
  return order;
}

OrderItem item(const std::string& sku, std::int64_t quantity, std::int64_t minor) {
  return {SkuId{sku}, ProductId{sku}, sku, quantity, Money{minor}};
}

RefundRequest lines(std::vector<ReturnedLine> returned) {
  RefundRequest request;
  request.lines = std::move(returned);
  return request;
}

TEST(DecideRefund, AsAMerchantWouldReckon) {
  const Order order = bought({item("a", 3, 1000), item("b", 1, 500)}, Money{350}, Money{252}, Money{999});
  RefundRequest five = lines({});
  five.amount = Money{500};
  RefundRequest too_much = lines({});
  too_much.amount = Money{100'000};
  RefundRequest shipped = lines({{SkuId{"b"}, 1, true}});
  shipped.with_shipping = true;
  struct Case {
    const char* name;
    RefundRequest request;
    std::optional<std::int64_t> minor;  // empty: Conflict
  };
  const std::vector<Case> cases{
      {"an amount", five, 500},
      {"all that is left", lines({}), 4401},
      {"more than is left", too_much, {}},
      {"one of three", lines({{SkuId{"a"}, 1, true}}), 972},
      {"all three", lines({{SkuId{"a"}, 3, false}}), 2916},
      {"four of three", lines({{SkuId{"a"}, 2, true}, {SkuId{"a"}, 2, false}}), {}},
      {"with shipping", shipped, 486 + 999},
      {"not in the order", lines({{SkuId{"c"}, 1, true}}), {}},
  };
  for (const Case& c : cases) {
    const auto refund = decide_refund(order, c.request, kNow);
    ASSERT_EQ(refund.has_value(), c.minor.has_value()) << c.name;
    if (refund) EXPECT_EQ(refund->amount.minor(), *c.minor) << c.name;
    if (!refund) EXPECT_EQ(refund.error().kind, ErrorKind::Conflict) << c.name;
  }
}

TEST(DecideRefund, DependsOnWhereTheOrderStands) {
  for (const auto status : {OrderStatus::pending, OrderStatus::cancelled, OrderStatus::refunded}) {
    Order order = bought({item("a", 3, 1000)}, Money{}, Money{240}, Money{});
    order.status = status;
    EXPECT_FALSE(decide_refund(order, lines({{SkuId{"a"}, 1, true}}), kNow));
  }
  Order unpaid = bought({item("a", 3, 1000)}, Money{}, Money{240}, Money{});
  unpaid.payment_status = PaymentStatus::pending;
  EXPECT_FALSE(decide_refund(unpaid, lines({{SkuId{"a"}, 1, true}}), kNow));
  Order unsent = bought({item("a", 3, 1000)}, Money{}, Money{240}, Money{});
  unsent.status = OrderStatus::confirmed;
  EXPECT_TRUE(decide_refund(unsent, lines({{SkuId{"a"}, 1, true}}), kNow));
  EXPECT_FALSE(decide_refund(unsent, lines({}), kNow));
}

TEST(DecideRefund, ReturningEverythingInAnyStepsGivesBackExactlyWhatTheGoodsCost) {
  std::mt19937_64 random{20261125};
  const auto up_to = [&random](std::int64_t high) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high + 1));
  };
  for (int round = 0; round < 2'000; ++round) {
    std::vector<OrderItem> items;
    Money subtotal;
    for (int i = 0; i <= up_to(4); ++i) {
      items.push_back(item("p" + std::to_string(i), 1 + up_to(6), 1 + up_to(9'999)));
      subtotal = subtotal + items.back().total_price();
    }
    const Money discount{up_to(subtotal.minor())};
    Order order = bought(items, discount, (subtotal - discount).percent(BasisPoints{800}), Money{up_to(1) * 999});
    for (;;) {
      std::vector<ReturnedLine> some;
      bool is_anything_left = false;
      for (const OrderItem& each : order.items) {
        const std::int64_t left = each.quantity - returned(order, each.sku);
        is_anything_left = is_anything_left || left > 0;
        const std::int64_t quantity = up_to(left);
        if (quantity > 0) some.push_back({each.sku, quantity, up_to(1) == 1});
      }
      if (!is_anything_left) break;
      if (some.empty()) continue;
      auto refund = decide_refund(order, lines(some), kNow);
      ASSERT_TRUE(refund) << refund.error().detail;
      EXPECT_GE(refund->amount.minor(), 0);
      order.refunds.push_back(std::move(*refund));
      ASSERT_LE(order.refunds.size(), kMaxRefunds);
    }
    EXPECT_EQ(refunded(order), order.totals.total() - order.totals.shipping) << "round " << round;
  }
}

}  // namespace
}  // namespace qm::shop
