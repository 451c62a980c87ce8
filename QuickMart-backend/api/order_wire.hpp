// Orders as the wire knows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {
BOOST_DESCRIBE_ENUM(OrderStatus, pending, confirmed, processing, shipped, delivered, cancelled, refunded)
BOOST_DESCRIBE_ENUM(PaymentStatus, pending, paid, failed, partially_refunded, refunded)
}  // namespace qm::shop

namespace qm::shop::wire {

struct OrderItem {
  std::string product_id;
  std::string sku;
  std::string product_name;
  std::int64_t quantity = 1;
  json::Amount unit_price;
  json::Amount total_price;
};
BOOST_DESCRIBE_STRUCT(OrderItem, (), (product_id, sku, product_name, quantity, unit_price, total_price))

struct ReturnedLine {
  SkuId sku;
  std::int64_t quantity = 1;
  bool restock = true;
};
BOOST_DESCRIBE_STRUCT(ReturnedLine, (), (sku, quantity, restock))
inline auto constraints(const ReturnedLine*) {
  return json::fields(json::field(&ReturnedLine::quantity, json::range(1, 1'000'000)),
                      json::field(&ReturnedLine::restock, json::defaulted()));
}

struct Refund {
  std::string refund_id;
  json::Amount amount;
  std::vector<ReturnedLine> lines;
  std::string reason;
  bool is_done = false;
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(Refund, (), (refund_id, amount, lines, reason, is_done, at))

struct OrderEvent {
  Timestamp at{};
  std::string by;
  std::string what;
};
BOOST_DESCRIBE_STRUCT(OrderEvent, (), (at, by, what))

struct OrderCoupon {
  std::string code;
  json::Amount discount;                       // off the goods
  std::optional<json::Amount> shipping_saved;  // what the shipping would have cost
};
BOOST_DESCRIBE_STRUCT(OrderCoupon, (), (code, discount, shipping_saved))

struct Order {
  std::string order_id;
  std::string user_id;
  std::vector<OrderItem> items;
  json::Amount subtotal;
  std::optional<json::Amount> discount_applied;
  std::vector<OrderCoupon> coupons;
  json::Amount tax;
  json::Amount shipping;
  json::Amount total_amount;
  OrderStatus status = OrderStatus::pending;
  PaymentStatus payment_status = PaymentStatus::pending;
  std::optional<std::string> shipping_address;
  std::vector<Refund> refunds;
  Timestamp created_at{};
  Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (order_id, user_id, items, subtotal, discount_applied, coupons, tax, shipping, total_amount,
                       status, payment_status, shipping_address, refunds, created_at, updated_at))

// As the staff see it: with who did what, and what is under way.
struct StaffOrder {
  Order order;
  std::string progress;
  std::vector<OrderEvent> history;
};
BOOST_DESCRIBE_STRUCT(StaffOrder, (), (order, progress, history))

OrderCoupon to_wire(const shop::OrderCoupon& coupon);
Order to_wire(const shop::Order& order);
StaffOrder to_staff_wire(const shop::Order& order);

}  // namespace qm::shop::wire
