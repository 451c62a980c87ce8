// Orders: what was bought, for how much, and where it stands.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/product.hpp"
#include "QuickMart-backend/domain/refund.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct OrderTag {
  static constexpr const char* prefix = "ord";
};
using OrderId = Id<OrderTag>;

enum class OrderStatus { pending, confirmed, processing, shipped, delivered, cancelled, refunded };
enum class PaymentStatus { pending, paid, failed, partially_refunded, refunded };

// The one table of what may follow what.
std::span<const OrderStatus> next_statuses(OrderStatus from) noexcept;
// Conflict, with a sentence, when the table does not allow it.
Result<OrderStatus> advance(OrderStatus from, OrderStatus to);

std::string_view to_string(OrderStatus status) noexcept;
std::string_view to_string(PaymentStatus status) noexcept;
std::optional<OrderStatus> parse_order_status(std::string_view text) noexcept;
std::optional<PaymentStatus> parse_payment_status(std::string_view text) noexcept;

// How far the steps are that follow from what was decided about an order. An open one (any but none) is finished by
// whoever holds its lease, or after that by any instance's recovery.
//   none      nothing is under way
//   placing   stock, coupon and payment are being reserved; a crash in it undoes them
//   undoing   the checkout failed: what was reserved is given back
//   completing  it is confirmed: what was reserved becomes final, and the payment is captured
//   cancelling  it was cancelled after that: money, goods and coupon go back
//   refunding   it stands, but some of its money goes back, and goods may have come back
//   moving      its status went on, and whoever wants to know is told
enum class OrderProgress { none, placing, undoing, completing, cancelling, refunding, moving };
bool may_follow(OrderProgress from, OrderProgress to) noexcept;
std::string_view to_string(OrderProgress progress) noexcept;
std::optional<OrderProgress> parse_order_progress(std::string_view text) noexcept;

// Who changed an order, when, and to what.
struct OrderEvent {
  Timestamp at{};
  std::string by;    // a user's id, or "shop"
  std::string what;  // a status, or a sentence
  friend bool operator==(const OrderEvent&, const OrderEvent&) = default;
};
inline constexpr std::size_t kMaxOrderEvents = 100;

struct OrderItem {
  SkuId sku;
  ProductId product_id;
  std::string product_name;  // as it was when bought
  std::int64_t quantity = 1;  // ≥ 1
  Money unit_price;
  Money discount{};  // its share of the order's
  Money total_price() const { return unit_price * quantity; }
  friend bool operator==(const OrderItem&, const OrderItem&) = default;
};

// What an order comes to. total = subtotal − discount + tax + shipping.
struct OrderTotals {
  Money subtotal;
  Money discount;
  Money tax;
  Money shipping;
  Money total() const { return subtotal - discount + tax + shipping; }
  friend bool operator==(const OrderTotals&, const OrderTotals&) = default;
};

// A coupon of an order, and what it took off.
struct OrderCoupon {
  std::string code;
  Money discount;        // off the goods; together the order's discount
  Money shipping_saved;  // what shipping would have cost
  Money cost() const { return discount + shipping_saved; }
  friend bool operator==(const OrderCoupon&, const OrderCoupon&) = default;
};

struct PriceRules {
  BasisPoints tax{800};         // of the discounted subtotal
  Money shipping{999};          // under `free_shipping_from` of the discounted subtotal
  Money free_shipping_from{5000};
};

// Precondition: 0 ≤ discount ≤ subtotal. Nothing is charged for an empty order.
OrderTotals price_order(Money subtotal, Money discount, bool free_shipping, const PriceRules& rules = {});

struct Order {
  OrderId id;
  UserId user_id;
  std::vector<OrderItem> items;
  OrderTotals totals;
  OrderStatus status = OrderStatus::pending;
  PaymentStatus payment_status = PaymentStatus::pending;
  std::vector<OrderCoupon> coupons;  // in the order in which they were applied
  std::optional<std::string> shipping_address;
  Timestamp created_at{};
  Timestamp updated_at{};
  OrderProgress progress = OrderProgress::none;
  Timestamp lease_until{};  // while progress is open: nobody else works on it before
  std::string checkout_id;  // of the request that placed it; empty for orders of old
  std::vector<Refund> refunds;  // in the order in which they were decided
  std::vector<OrderEvent> history;
  friend bool operator==(const Order&, const Order&) = default;
};

}  // namespace qm::shop
