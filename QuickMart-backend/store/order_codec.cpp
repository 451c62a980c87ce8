#include "QuickMart-backend/store/order_codec.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

kv::List encode_coupons(const std::vector<OrderCoupon>& coupons) {
  kv::List list;
  for (const OrderCoupon& coupon : coupons) {
    kv::Map fields;
    fields["code"] = coupon.code;
    fields["discount"] = to_value(coupon.discount);
    if (!coupon.shipping_saved.is_zero()) fields["shipping"] = to_value(coupon.shipping_saved);
    list.emplace_back(std::move(fields));
  }
  return list;
}

std::vector<OrderCoupon> decode_coupons(const RecordFields& order, Money discount) {
  std::vector<OrderCoupon> coupons;
  for (const kv::Value& each : order.list("coupons")) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields coupon{*map};
    coupons.push_back({coupon.text("code"), coupon.money("discount"), coupon.money("shipping")});
  }
  // Orders had one coupon at most, by its code alone.
  if (auto code = order.maybe_text("coupon_code"); code && coupons.empty())
    coupons.push_back({std::move(*code), discount, Money{}});
  return coupons;
}

kv::List encode_refunds(const std::vector<Refund>& refunds) {
  kv::List list;
  for (const Refund& refund : refunds) {
    kv::List lines;
    for (const ReturnedLine& line : refund.lines) {
      kv::Map fields;
      fields["sku"] = line.sku.str();
      fields["quantity"] = line.quantity;
      fields["restock"] = line.restock;
      lines.emplace_back(std::move(fields));
    }
    kv::Map fields;
    fields["id"] = refund.id;
    fields["fingerprint"] = refund.fingerprint;
    fields["amount"] = to_value(refund.amount);
    if (!lines.empty()) fields["lines"] = std::move(lines);
    fields["reason"] = refund.reason;
    fields["by"] = refund.by;
    fields["at"] = to_value(refund.at);
    fields["is_done"] = refund.is_done;
    list.emplace_back(std::move(fields));
  }
  return list;
}

std::vector<Refund> decode_refunds(const kv::List& list) {
  std::vector<Refund> refunds;
  for (const kv::Value& each : list) {
    const auto* map = each.as<kv::Map>();
    if (map == nullptr) continue;
    const RecordFields fields{*map};
    Refund refund;
    refund.id = fields.text("id");
    refund.fingerprint = fields.text("fingerprint");
    refund.amount = fields.money("amount");
    refund.reason = fields.text("reason");
    refund.by = fields.text("by");
    refund.at = fields.time("at");
    refund.is_done = fields.flag("is_done");
    for (const kv::Value& line : fields.list("lines")) {
      const auto* of_line = line.as<kv::Map>();
      if (of_line == nullptr) continue;
      const RecordFields part{*of_line};
      refund.lines.push_back({SkuId{part.text("sku")}, part.integer("quantity"), part.flag("restock")});
    }
    refunds.push_back(std::move(refund));
  }
  return refunds;
}

}  // namespace

kv::Bins encode_order(const Order& order) {
  kv::List items;
  for (const OrderItem& item : order.items) {
    kv::Map fields;
    fields["product_id"] = item.product_id.str();
    if (item.sku.str() != item.product_id.str()) fields["sku"] = item.sku.str();
    fields["product_name"] = item.product_name;
    fields["quantity"] = item.quantity;
    fields["unit_price"] = to_value(item.unit_price);
    if (!item.discount.is_zero()) fields["discount"] = to_value(item.discount);
    items.emplace_back(std::move(fields));
  }
  kv::Bins bins;
  bins["user_id"] = order.user_id.str();
  bins["items"] = std::move(items);
  bins["subtotal"] = to_value(order.totals.subtotal);
  bins["discount"] = to_value(order.totals.discount);
  bins["tax"] = to_value(order.totals.tax);
  bins["shipping"] = to_value(order.totals.shipping);
  bins["status"] = std::string{to_string(order.status)};
  bins["payment_status"] = std::string{to_string(order.payment_status)};
  if (!order.coupons.empty()) bins["coupons"] = encode_coupons(order.coupons);
  bins["ship_address"] = to_value(order.shipping_address);
  bins["created_at"] = to_value(order.created_at);
  bins["updated_at"] = to_value(order.updated_at);
  if (order.progress != OrderProgress::none) {
    bins["progress"] = std::string{to_string(order.progress)};
    bins[kOrderLeaseBin] = to_value(order.lease_until);
  }
  if (!order.checkout_id.empty()) bins["checkout_id"] = order.checkout_id;
  if (!order.refunds.empty()) bins["refunds"] = encode_refunds(order.refunds);
  kv::List history;
  for (const OrderEvent& event : order.history) {
    kv::Map fields;
    fields["at"] = to_value(event.at);
    fields["by"] = event.by;
    fields["what"] = event.what;
    history.emplace_back(std::move(fields));
  }
  if (!history.empty()) bins["history"] = std::move(history);
  return bins;
}

Result<Order> decode_order(const std::string& id, const kv::Bins& bins) {
  const RecordFields fields{bins};
  const auto status = parse_order_status(fields.text("status"));
  const auto payment = parse_payment_status(fields.text("payment_status"));
  if (!status || !payment) return Error{ErrorKind::Internal, "The order " + id + " has an unknown status."};
  Order order;
  order.id = OrderId{id};
  order.user_id = UserId{fields.text("user_id")};
  for (const kv::Value& each : fields.list("items")) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields item{*map};
    std::string product = item.text("product_id");
    SkuId sku{item.maybe_text("sku").value_or(product)};
    order.items.push_back({std::move(sku), ProductId{std::move(product)}, item.text("product_name"),
                           item.integer("quantity"), item.money("unit_price"), item.money("discount")});
  }
  order.totals = {fields.money("subtotal"), fields.money("discount"), fields.money("tax"), fields.money("shipping")};
  order.status = *status;
  order.payment_status = *payment;
  order.coupons = decode_coupons(fields, order.totals.discount);
  order.shipping_address = fields.maybe_text("ship_address");
  order.created_at = fields.time("created_at");
  order.updated_at = fields.time("updated_at");
  order.progress = parse_order_progress(fields.text("progress")).value_or(OrderProgress::none);
  if (order.progress != OrderProgress::none) order.lease_until = fields.time(kOrderLeaseBin);
  order.checkout_id = fields.text("checkout_id");
  order.refunds = decode_refunds(fields.list("refunds"));
  for (const kv::Value& each : fields.list("history")) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields event{*map};
    order.history.push_back({event.time("at"), event.text("by"), event.text("what")});
  }
  return order;
}

}  // namespace qm::shop
