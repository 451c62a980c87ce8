#include "QuickMart-backend/api/order_wire.hpp"

namespace qm::shop::wire {

OrderCoupon to_wire(const shop::OrderCoupon& coupon) {
  OrderCoupon wire{coupon.code, json::to_wire(coupon.discount), {}};
  if (!coupon.shipping_saved.is_zero()) wire.shipping_saved = json::to_wire(coupon.shipping_saved);
  return wire;
}

Order to_wire(const shop::Order& order) {
  Order wire;
  wire.order_id = order.id.str();
  wire.user_id = order.user_id.str();
  for (const shop::OrderItem& item : order.items)
    wire.items.push_back({item.product_id.str(), item.sku.str(), item.product_name, item.quantity,
                          json::to_wire(item.unit_price), json::to_wire(item.total_price())});
  wire.subtotal = json::to_wire(order.totals.subtotal);
  if (!order.totals.discount.is_zero()) wire.discount_applied = json::to_wire(order.totals.discount);
  for (const shop::OrderCoupon& coupon : order.coupons) wire.coupons.push_back(to_wire(coupon));
  wire.tax = json::to_wire(order.totals.tax);
  wire.shipping = json::to_wire(order.totals.shipping);
  wire.total_amount = json::to_wire(order.totals.total());
  wire.status = order.status;
  wire.payment_status = order.payment_status;
  wire.shipping_address = order.shipping_address;
  for (const shop::Refund& refund : order.refunds) {
    Refund out{refund.id, json::to_wire(refund.amount), {}, refund.reason, refund.is_done, refund.at};
    for (const shop::ReturnedLine& line : refund.lines) out.lines.push_back({line.sku, line.quantity, line.restock});
    wire.refunds.push_back(std::move(out));
  }
  wire.created_at = order.created_at;
  wire.updated_at = order.updated_at;
  return wire;
}

StaffOrder to_staff_wire(const shop::Order& order) {
  StaffOrder wire;
  wire.order = to_wire(order);
  wire.progress = to_string(order.progress);
  for (const shop::OrderEvent& event : order.history) wire.history.push_back({event.at, event.by, event.what});
  return wire;
}

}  // namespace qm::shop::wire
