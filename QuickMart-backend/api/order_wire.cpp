#include "QuickMart-backend/api/order_wire.hpp"

namespace qm::shop::wire {

Order to_wire(const shop::Order& order) {
  Order wire;
  wire.order_id = order.id.str();
  wire.user_id = order.user_id.str();
  for (const shop::OrderItem& item : order.items)
    wire.items.push_back({item.product_id.str(), item.sku.str(), item.product_name, item.quantity,
                          json::to_wire(item.unit_price), json::to_wire(item.total_price())});
  wire.subtotal = json::to_wire(order.totals.subtotal);
  if (!order.totals.discount.is_zero()) wire.discount_applied = json::to_wire(order.totals.discount);
  wire.tax = json::to_wire(order.totals.tax);
  wire.shipping = json::to_wire(order.totals.shipping);
  wire.total_amount = json::to_wire(order.totals.total());
  wire.status = order.status;
  wire.payment_status = order.payment_status;
  wire.shipping_address = order.shipping_address;
  wire.created_at = order.created_at;
  wire.updated_at = order.updated_at;
  return wire;
}

}  // namespace qm::shop::wire
