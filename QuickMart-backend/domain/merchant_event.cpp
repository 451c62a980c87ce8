#include "QuickMart-backend/domain/merchant_event.hpp"

namespace qm::shop {
namespace {

MerchantEvent order_event(MerchantEventType type, const Order& settled, Timestamp at, std::string_view step = {}) {
  MerchantEvent event;
  event.id = std::string{to_string(type)} + "." + settled.id.str();
  if (!step.empty()) event.id.append(".").append(step);
  event.type = type;
  event.at = at;
  event.user_id = settled.user_id;
  event.order_id = settled.id;
  event.status = to_string(settled.status);
  event.payment_status = to_string(settled.payment_status);
  event.total = settled.totals.total();
  for (const OrderItem& item : settled.items)
    event.lines.push_back({item.sku, item.product_id, item.quantity, item.unit_price});
  return event;
}

MerchantEvent refund_event(const Order& settled, Timestamp at, const std::string& refund, Money amount) {
  MerchantEvent event = order_event(MerchantEventType::order_refunded, settled, at, refund);
  event.refund_id = refund;
  event.amount = amount;
  return event;
}

std::optional<MerchantEventType> moved_to(OrderStatus status) {
  if (status == OrderStatus::processing) return MerchantEventType::order_processing;
  if (status == OrderStatus::shipped) return MerchantEventType::order_shipped;
  if (status == OrderStatus::delivered) return MerchantEventType::order_delivered;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(MerchantEventType type) noexcept {
  switch (type) {
    case MerchantEventType::order_confirmed: return "order.confirmed";
    case MerchantEventType::order_paid: return "order.paid";
    case MerchantEventType::order_processing: return "order.processing";
    case MerchantEventType::order_shipped: return "order.shipped";
    case MerchantEventType::order_delivered: return "order.delivered";
    case MerchantEventType::order_cancelled: return "order.cancelled";
    case MerchantEventType::order_refunded: return "order.refunded";
    case MerchantEventType::stock_low: return "stock.low";
    case MerchantEventType::stock_out: return "stock.out";
    case MerchantEventType::stock_back: return "stock.back";
  }
  return "";
}

std::optional<MerchantEventType> parse_merchant_event_type(std::string_view text) noexcept {
  for (const MerchantEventType type : kMerchantEventTypes)
    if (to_string(type) == text) return type;
  return std::nullopt;
}

std::vector<MerchantEvent> events_of_step(const Order& decided, const Order& settled) {
  const Timestamp at = decided.updated_at;
  std::vector<MerchantEvent> events;
  if (decided.progress == OrderProgress::completing) {
    events.push_back(order_event(MerchantEventType::order_confirmed, settled, at));
    events.push_back(order_event(MerchantEventType::order_paid, settled, at));
  } else if (decided.progress == OrderProgress::cancelling) {
    events.push_back(order_event(MerchantEventType::order_cancelled, settled, at));
    Money before;
    for (const Refund& refund : settled.refunds) before = before + refund.amount;
    const Money rest = settled.totals.total() - before;
    if (!rest.is_zero()) events.push_back(refund_event(settled, at, "cancellation", rest));
  } else if (decided.progress == OrderProgress::refunding) {
    for (const Refund& refund : decided.refunds)
      if (!refund.is_done) events.push_back(refund_event(settled, refund.at, refund.id, refund.amount));
  } else if (decided.progress == OrderProgress::moving) {
    if (const auto type = moved_to(decided.status)) events.push_back(order_event(*type, settled, at));
  }
  return events;
}

}  // namespace qm::shop
