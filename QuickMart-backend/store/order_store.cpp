#include "QuickMart-backend/store/order_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kOrderSet = "order";
constexpr const char* kLeaseUntil = "lease_until";  // only while steps are under way; indexed

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
  bins["coupon_code"] = to_value(order.coupon_code);
  bins["ship_address"] = to_value(order.shipping_address);
  bins["created_at"] = to_value(order.created_at);
  bins["updated_at"] = to_value(order.updated_at);
  if (order.progress != OrderProgress::none) {
    bins["progress"] = std::string{to_string(order.progress)};
    bins[kLeaseUntil] = to_value(order.lease_until);
  }
  if (!order.checkout_id.empty()) bins["checkout_id"] = order.checkout_id;
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

Result<Order> decode_order(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
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
  order.coupon_code = fields.maybe_text("coupon_code");
  order.shipping_address = fields.maybe_text("ship_address");
  order.created_at = fields.time("created_at");
  order.updated_at = fields.time("updated_at");
  order.progress = parse_order_progress(fields.text("progress")).value_or(OrderProgress::none);
  if (order.progress != OrderProgress::none) order.lease_until = fields.time(kLeaseUntil);
  order.checkout_id = fields.text("checkout_id");
  for (const kv::Value& each : fields.list("history")) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields event{*map};
    order.history.push_back({event.time("at"), event.text("by"), event.text("what")});
  }
  return order;
}

}  // namespace

Task<Result<void>> OrderStore::replace(Order order) {
  auto listed = co_await list_.add(order.user_id.str(), order.id.str(), order.created_at);
  if (!listed) co_return listed.error();
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  kv::Key key{kOrderSet, order.id.str()};
  kv::Bins bins = encode_order(order);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<std::uint32_t>> OrderStore::add(Order order) {
  auto listed = co_await list_.add(order.user_id.str(), order.id.str(), order.created_at);
  if (!listed) co_return listed.error();

  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kOrderSet, order.id.str()};
  kv::Bins bins = encode_order(order);
  auto created = co_await store_.put(std::move(key), std::move(bins), options);
  if (created || created.error().kind != ErrorKind::AlreadyExists) co_return created;
  auto there = co_await get(order.id);
  if (!there) co_return there.error();
  if (there->order == order) co_return there->generation;
  co_return Error{ErrorKind::AlreadyExists, "There is another order of this id."};
}

Task<Result<StoredOrder>> OrderStore::get(OrderId id) {
  kv::Key key{kOrderSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  auto order = decode_order(id.str(), *record);
  if (!order) co_return order.error();
  StoredOrder stored;
  stored.order = std::move(*order);
  stored.generation = record->generation;
  co_return stored;
}

Task<Result<std::uint32_t>> OrderStore::update(Order order, std::uint32_t expect_generation) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;  // what it no longer has goes with it
  options.expect_generation = expect_generation;
  kv::Key key{kOrderSet, order.id.str()};
  kv::Bins bins = encode_order(order);
  co_return co_await store_.put(std::move(key), std::move(bins), options);
}

Task<Result<void>> OrderStore::open() {
  co_return co_await store_.ensure_index(kOrderSet, kLeaseUntil, kv::IndexType::Integer);
}

Task<Result<std::vector<StoredOrder>>> OrderStore::abandoned(Timestamp now, std::size_t limit) {
  kv::IndexRange range;
  range.high = to_value(now);
  auto page = co_await store_.find(kOrderSet, kLeaseUntil, std::move(range), {}, limit);
  if (!page) co_return page.error();
  std::vector<StoredOrder> orders;
  for (const kv::Entry& entry : page->entries) {
    auto order = decode_order(entry.key.id, entry.record);
    if (!order) co_return order.error();
    orders.push_back({std::move(*order), entry.record.generation});
  }
  co_return orders;
}

Task<Result<std::vector<Order>>> OrderStore::of_user(UserId user, std::size_t limit) {
  std::vector<Order> orders;
  MonthlyList::Visit take = [&orders, &user, limit](MonthlyList::Item item) -> Result<bool> {
    auto order = decode_order(item.id, item.record);
    if (!order) return order.error();
    // An entry may be left over from a replaced order that was another customer's or another month's.
    if (order->user_id == user && month_of(order->created_at) == item.month) orders.push_back(std::move(*order));
    return orders.size() < limit;
  };
  auto walked = co_await list_.walk(user.str(), std::move(take));
  if (!walked) co_return walked.error();
  co_return orders;
}

}  // namespace qm::shop
