#include "QuickMart-backend/domain/order.hpp"

#include <array>
#include <utility>

namespace qm::shop {
namespace {

using enum OrderStatus;
constexpr std::array kFromPending{confirmed, cancelled};
constexpr std::array kFromConfirmed{processing, cancelled};
constexpr std::array kFromProcessing{shipped, cancelled};
constexpr std::array kFromShipped{delivered, OrderStatus::refunded};
constexpr std::array kFromDelivered{OrderStatus::refunded};

constexpr std::array<std::pair<OrderStatus, std::string_view>, 7> kOrderNames{{{pending, "pending"},
                                                                              {confirmed, "confirmed"},
                                                                              {processing, "processing"},
                                                                              {shipped, "shipped"},
                                                                              {delivered, "delivered"},
                                                                              {cancelled, "cancelled"},
                                                                              {OrderStatus::refunded, "refunded"}}};
constexpr std::array<std::pair<PaymentStatus, std::string_view>, 5> kPaymentNames{
    {{PaymentStatus::pending, "pending"},
     {PaymentStatus::paid, "paid"},
     {PaymentStatus::failed, "failed"},
     {PaymentStatus::partially_refunded, "partially_refunded"},
     {PaymentStatus::refunded, "refunded"}}};

constexpr std::array<std::pair<OrderProgress, std::string_view>, 7> kProgressNames{
    {{OrderProgress::none, "none"},
     {OrderProgress::placing, "placing"},
     {OrderProgress::undoing, "undoing"},
     {OrderProgress::completing, "completing"},
     {OrderProgress::cancelling, "cancelling"},
     {OrderProgress::refunding, "refunding"},
     {OrderProgress::moving, "moving"}}};
// The one table of what may follow what. A lease may be taken over: each may follow itself.
constexpr std::array<std::pair<OrderProgress, OrderProgress>, 16> kProgress{
    {{OrderProgress::placing, OrderProgress::placing},
     {OrderProgress::placing, OrderProgress::undoing},
     {OrderProgress::placing, OrderProgress::completing},
     {OrderProgress::undoing, OrderProgress::undoing},
     {OrderProgress::undoing, OrderProgress::none},
     {OrderProgress::completing, OrderProgress::completing},
     {OrderProgress::completing, OrderProgress::none},
     {OrderProgress::none, OrderProgress::cancelling},
     {OrderProgress::cancelling, OrderProgress::cancelling},
     {OrderProgress::cancelling, OrderProgress::none},
     {OrderProgress::none, OrderProgress::refunding},
     {OrderProgress::refunding, OrderProgress::refunding},
     {OrderProgress::refunding, OrderProgress::none},
     {OrderProgress::none, OrderProgress::moving},
     {OrderProgress::moving, OrderProgress::moving},
     {OrderProgress::moving, OrderProgress::none}}};

template <class Table, class Enum>
std::string_view name_in(const Table& table, Enum value) noexcept {
  for (const auto& [each, name] : table)
    if (each == value) return name;
  return "";
}

template <class Enum, class Table>
std::optional<Enum> value_in(const Table& table, std::string_view text) noexcept {
  for (const auto& [each, name] : table)
    if (name == text) return each;
  return std::nullopt;
}

}  // namespace

std::span<const OrderStatus> next_statuses(OrderStatus from) noexcept {
  switch (from) {
    case pending: return kFromPending;
    case confirmed: return kFromConfirmed;
    case processing: return kFromProcessing;
    case shipped: return kFromShipped;
    case delivered: return kFromDelivered;
    case cancelled:
    case OrderStatus::refunded: break;
  }
  return {};
}

Result<OrderStatus> advance(OrderStatus from, OrderStatus to) {
  for (OrderStatus next : next_statuses(from))
    if (next == to) return to;
  return Error{ErrorKind::Conflict, "An order that is " + std::string{to_string(from)} + " cannot become " +
                                        std::string{to_string(to)} + "."};
}

std::string_view to_string(OrderStatus status) noexcept { return name_in(kOrderNames, status); }
std::string_view to_string(PaymentStatus status) noexcept { return name_in(kPaymentNames, status); }
std::optional<OrderStatus> parse_order_status(std::string_view text) noexcept {
  return value_in<OrderStatus>(kOrderNames, text);
}
std::optional<PaymentStatus> parse_payment_status(std::string_view text) noexcept {
  return value_in<PaymentStatus>(kPaymentNames, text);
}

bool may_follow(OrderProgress from, OrderProgress to) noexcept {
  for (const auto& [a, b] : kProgress)
    if (a == from && b == to) return true;
  return false;
}
std::string_view to_string(OrderProgress progress) noexcept { return name_in(kProgressNames, progress); }
std::optional<OrderProgress> parse_order_progress(std::string_view text) noexcept {
  return value_in<OrderProgress>(kProgressNames, text);
}

OrderTotals price_order(Money subtotal, Money discount, bool free_shipping, const PriceRules& rules) {
  OrderTotals totals;
  totals.subtotal = subtotal;
  totals.discount = discount;
  const Money goods = subtotal - discount;
  totals.tax = goods.percent(rules.tax);
  const bool charged = !subtotal.is_zero() && !free_shipping && goods < rules.free_shipping_from;
  totals.shipping = charged ? rules.shipping : Money{0, subtotal.currency()};
  return totals;
}

}  // namespace qm::shop
