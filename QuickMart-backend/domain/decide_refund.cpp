#include "QuickMart-backend/domain/decide_refund.hpp"

#include <algorithm>

#include "QuickMart-backend/domain/pricing.hpp"

namespace qm::shop {
namespace {

Error not_refundable(std::string why) { return {ErrorKind::Conflict, std::move(why)}; }

// What was paid for each line, tax included.
std::vector<Money> paid_for_lines(const Order& order) {
  std::vector<Money> nets;
  for (const OrderItem& item : order.items) nets.push_back(item.total_price() - item.discount);
  const auto taxes = share_out(order.totals.tax, nets);
  for (std::size_t i = 0; i < nets.size(); ++i) nets[i] = nets[i] + taxes[i];
  return nets;
}

// Of `quantity` pieces of `all` that together cost `paid`; rounded down, so that the last piece takes what is left.
std::int64_t worth(Money paid, std::int64_t quantity, std::int64_t all) {
  __extension__ using Wide = __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(paid.minor()) * quantity / all);
}

bool can_be_refunded(OrderStatus status) {
  return status == OrderStatus::confirmed || status == OrderStatus::processing || status == OrderStatus::shipped ||
         status == OrderStatus::delivered;
}

// One line per SKU and fate.
std::vector<ReturnedLine> merge(const std::vector<ReturnedLine>& lines) {
  std::vector<ReturnedLine> merged;
  for (const ReturnedLine& line : lines) {
    const auto same = std::ranges::find_if(
        merged, [&](const ReturnedLine& each) { return each.sku == line.sku && each.restock == line.restock; });
    if (same == merged.end())
      merged.push_back(line);
    else
      same->quantity += line.quantity;
  }
  return merged;
}

Result<void> check_lines(const Order& order, const std::vector<ReturnedLine>& lines) {
  for (const ReturnedLine& line : lines) {
    const auto item = std::ranges::find(order.items, line.sku, &OrderItem::sku);
    if (item == order.items.end()) return not_refundable(line.sku.str() + " is not in this order.");
    std::int64_t asked = 0;
    for (const ReturnedLine& each : lines) asked += each.sku == line.sku ? each.quantity : 0;
    const std::int64_t left = item->quantity - returned(order, line.sku);
    if (asked > left)
      return not_refundable("Of " + line.sku.str() + " only " + std::to_string(left) + " can still come back.");
  }
  return {};
}

}  // namespace

Money refunded(const Order& order) {
  Money sum;
  for (const Refund& refund : order.refunds) sum = sum + refund.amount;
  return sum;
}

Money refundable(const Order& order) { return order.totals.total() - refunded(order); }

std::int64_t returned(const Order& order, const SkuId& sku) {
  std::int64_t pieces = 0;
  for (const Refund& refund : order.refunds)
    for (const ReturnedLine& line : refund.lines) pieces += line.sku == sku ? line.quantity : 0;
  return pieces;
}

Money worth_of(const Order& order, const std::vector<ReturnedLine>& lines) {
  const auto paid = paid_for_lines(order);
  Money sum;
  for (std::size_t i = 0; i < order.items.size(); ++i) {
    const OrderItem& item = order.items[i];
    const std::int64_t before = returned(order, item.sku);
    std::int64_t now = 0;
    for (const ReturnedLine& line : lines) now += line.sku == item.sku ? line.quantity : 0;
    sum = sum + Money{worth(paid[i], before + now, item.quantity) - worth(paid[i], before, item.quantity)};
  }
  return sum;
}

Result<Refund> decide_refund(const Order& order, RefundRequest request, Timestamp now) {
  const bool is_paid = order.payment_status == PaymentStatus::paid ||
                       order.payment_status == PaymentStatus::partially_refunded;
  if (!can_be_refunded(order.status) || !is_paid)
    return not_refundable("An order that is " + std::string{to_string(order.status)} + " and whose payment is " +
                          std::string{to_string(order.payment_status)} + " cannot be refunded.");
  if (order.refunds.size() >= kMaxRefunds) return not_refundable("This order has had too many refunds.");
  request.lines = merge(request.lines);
  if (auto fits = check_lines(order, request.lines); !fits) return fits.error();
  const Money left = refundable(order);
  Money amount = left;
  if (request.amount) {
    amount = *request.amount;
    if (amount > left) return not_refundable("Only " + to_decimal(left) + " of this order is left to be refunded.");
  } else if (!request.lines.empty()) {
    amount = worth_of(order, request.lines);
    if (request.with_shipping) amount = amount + order.totals.shipping;
    amount = std::min(amount, left);  // less when some of it went back without goods before
  }
  if (amount.is_zero() && request.lines.empty()) return rejected("There is nothing to refund.");
  const bool is_shipped = order.status == OrderStatus::shipped || order.status == OrderStatus::delivered;
  if (amount == left && !left.is_zero() && !is_shipped)
    return not_refundable("This order has not been shipped: cancel it instead of refunding all of it.");
  Refund refund;
  refund.id = std::move(request.id);
  refund.fingerprint = std::move(request.fingerprint);
  refund.amount = amount;
  refund.lines = std::move(request.lines);
  refund.reason = std::move(request.reason);
  refund.by = std::move(request.by);
  refund.at = now;
  return refund;
}

}  // namespace qm::shop
