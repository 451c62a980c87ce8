#include "QuickMart-backend/domain/order.hpp"

#include <set>

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

using enum OrderStatus;
constexpr OrderStatus kAll[] = {pending, confirmed, processing, shipped, delivered, cancelled, refunded};

TEST(Order, MovesOnlyAlongItsTable) {
  const std::set<std::pair<OrderStatus, OrderStatus>> allowed{
      {pending, confirmed},  {pending, cancelled},    {confirmed, processing}, {confirmed, cancelled},
      {processing, shipped}, {processing, cancelled}, {shipped, delivered},    {shipped, refunded},
      {delivered, refunded}};
  for (auto from : kAll)
    for (auto to : kAll) {
      const auto moved = advance(from, to);
      EXPECT_EQ(moved.has_value(), allowed.contains({from, to})) << to_string(from) << " → " << to_string(to);
      if (!moved) {
        EXPECT_EQ(moved.error().kind, ErrorKind::Conflict);
      }
    }
}

TEST(Order, NamesReadBack) {
  for (auto status : kAll) EXPECT_EQ(parse_order_status(to_string(status)), status);
  for (auto status : {PaymentStatus::pending, PaymentStatus::paid, PaymentStatus::failed,
                      PaymentStatus::partially_refunded, PaymentStatus::refunded})
    EXPECT_EQ(parse_payment_status(to_string(status)), status);
  EXPECT_FALSE(parse_order_status("Delivered"));
}

TEST(Order, Prices) {
  struct Case {
    const char* what;
    std::int64_t subtotal, discount;
    bool free_shipping;
    std::int64_t tax, shipping, total;
  };
  const Case cases[] = {
      {"small", 20'00, 0, false, 1'60, 9'99, 31'59},
      {"exactly free", 50'00, 0, false, 4'00, 0, 54'00},
      {"one cent below", 49'99, 0, false, 4'00, 9'99, 63'98},
      {"the discount counts against free shipping", 60'00, 20'00, false, 3'20, 9'99, 53'19},
      {"free by coupon", 20'00, 0, true, 1'60, 0, 21'60},
      {"all off", 20'00, 20'00, false, 0, 9'99, 9'99},
      {"empty", 0, 0, false, 0, 0, 0},
  };
  for (const auto& each : cases) {
    const auto totals = price_order(Money{each.subtotal}, Money{each.discount}, each.free_shipping);
    EXPECT_EQ(totals.tax.minor(), each.tax) << each.what;
    EXPECT_EQ(totals.shipping.minor(), each.shipping) << each.what;
    EXPECT_EQ(totals.total().minor(), each.total) << each.what;
  }
}

}  // namespace
}  // namespace qm::shop
