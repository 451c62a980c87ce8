#include "tests/chaos/chaos_audit.hpp"

#include "platform/core/await.hpp"
#include "platform/core/eventually.hpp"

namespace qm::chaos {
namespace {

using boost::json::value;

std::int64_t times_noted(const value& order, std::string_view what) {
  std::int64_t times = 0;
  for (const auto& event : list_of(order, "/history"))
    times += text_of(event, "/what").starts_with(what) ? 1 : 0;
  return times;
}

// It was confirmed once, whatever has become of it since.
bool stood_once(const value& order) { return times_noted(order, "confirmed") > 0; }

}  // namespace

Reply Audit::get(Service& service, std::string target, const std::string& token) {
  Reply reply;
  const auto answered = [&] {
    reply = await_on(context_, service.call(http::Method::Get, target, "", token));
    return reply.status == 200;
  };
  if (!eventually(answered, std::chrono::seconds{30}))
    customers_.books().breach(target + " is answered with " + std::to_string(reply.status));
  return reply;
}

std::vector<value> Audit::all(Service& service, const std::string& path, const char* list, const std::string& token) {
  std::vector<value> found;
  std::string cursor;
  do {
    const std::string after = cursor.empty() ? "" : "&cursor=" + http::encode_component(cursor);
    Reply page = get(service, path + "?limit=500" + after, token);
    for (const auto& each : list_of(page.json, list)) found.push_back(each);
    cursor = text_of(page.json, "/cursor");
  } while (!cursor.empty());
  return found;
}

bool Audit::is_quiet() {
  for (const auto& stock : all(world_.shop(0), "/api/admin/stock", "/stock", customers_.staff_token())) {
    const value* reserved = stock.as_object().if_contains("reserved");
    if (reserved != nullptr && reserved->is_object() && !reserved->get_object().empty()) return false;
  }
  for (const auto& order : all(world_.shop(0), "/api/admin/orders", "/orders", customers_.staff_token()))
    if (text_of(order, "/progress") != "none") return false;
  return true;
}

void Audit::wait_until_quiet(std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!is_quiet()) {
    if (std::chrono::steady_clock::now() > end) {
      customers_.books().breach("reservations or open orders are left behind");
      return;
    }
    await_on(context_, []() -> Task<bool> {
      co_await pause_for(std::chrono::milliseconds{500});
      co_return true;
    }());
  }
}

void Audit::read_orders() {
  for (auto& order : all(world_.shop(0), "/api/admin/orders", "/orders", customers_.staff_token()))
    if (text_of(order, "/order/user_id").starts_with("chaos_")) orders_[text_of(order, "/order/order_id")] = order;
  for (auto& payment : all(world_.gateway(), "/payments", "/payments", kServiceToken))
    payments_[text_of(payment, "/payment_id")] = payment;
}

// Each key made the one order that it was answered with, and there is no order that no key was answered with.
void Audit::check_keys() {
  Books& books = customers_.books();
  std::map<std::string, std::string> key_of;
  for (const auto& purchase : books.purchases) {
    if (!purchase->is_answered) books.breach("the key " + purchase->key + " has no answer");
    for (const std::string& order : purchase->orders) {
      if (!key_of.emplace(order, purchase->key).second) books.breach("two keys were answered with " + order);
      const auto known = orders_.find(order);
      if (known == orders_.end() || !stood_once(known->second))
        books.breach("the order " + order + " was promised and does not stand");
    }
  }
  for (const auto& [id, order] : orders_)
    if (stood_once(order) && !key_of.contains(id)) books.breach("no key was answered with the order " + id);
}

void Audit::check_order(const value& order) {
  Books& books = customers_.books();
  const std::string id = text_of(order, "/order/order_id");
  const std::string status = text_of(order, "/order/status"), paid = text_of(order, "/order/payment_status");
  const bool stood = stood_once(order), is_cancelled = status == "cancelled";
  if (text_of(order, "/progress") != "none") books.breach("the order " + id + " is never settled");
  if (!is_cancelled && status != "confirmed") books.breach("the order " + id + " ended " + status);
  const bool fits =
      is_cancelled ? paid == (stood ? "refunded" : "failed") : paid == "paid" || paid.ends_with("refunded");
  if (!fits) books.breach("the order " + id + " is " + status + " and " + paid);
  if (times_noted(order, "placed") != 1 || times_noted(order, "confirmed") != (stood ? 1 : 0) ||
      times_noted(order, "paid") != (stood ? 1 : 0) || times_noted(order, "cancelled") != (is_cancelled ? 1 : 0))
    books.breach("the history of " + id + " does not tell what happened");
  check_payment(id, order, stood);
  if (is_cancelled) return;
  for (const auto& item : list_of(order, "/order/items"))
    bought_[text_of(item, "/sku")] += number_of(item, "/quantity");
  for (const auto& refund : list_of(order, "/order/refunds")) {
    for (const auto& line : list_of(refund, "/lines"))
      if (line.at("restock").as_bool()) bought_[text_of(line, "/sku")] -= number_of(line, "/quantity");
  }
  for (const auto& coupon : list_of(order, "/order/coupons")) ++coupons_used_[text_of(coupon, "/code")];
}

void Audit::check_payment(const std::string& id, const value& order, bool stood) {
  Books& books = customers_.books();
  const value payment = payments_.contains(id) ? payments_.at(id) : value{};
  const std::string state = text_of(payment, "/state");
  if (!stood) {
    if (state == "authorised" || state == "captured") books.breach("the failed order " + id + " is " + state);
    return;
  }
  const std::int64_t total = minor_of(order, "/order/total_amount");
  std::int64_t back = 0;
  for (const auto& refund : list_of(order, "/order/refunds")) back += minor_of(refund, "/amount");
  if (text_of(order, "/order/status") == "cancelled") back = total;
  if (state != "captured" || number_of(payment, "/captures") != 1 || number_of(payment, "/captured_minor") != total)
    books.breach("the order " + id + " of " + std::to_string(total) + " was not captured once: " + state + " " +
                 std::to_string(number_of(payment, "/captured_minor")));
  if (number_of(payment, "/refunded_minor") != back)
    books.breach("of the order " + id + ", " + std::to_string(number_of(payment, "/refunded_minor")) +
                 " was given back instead of " + std::to_string(back));
}

void Audit::check_stock() {
  Books& books = customers_.books();
  for (const auto& stock : all(world_.shop(0), "/api/admin/stock", "/stock", customers_.staff_token())) {
    const std::string sku = text_of(stock, "/sku");
    const std::int64_t on_hand = number_of(stock, "/on_hand"), adjusted = number_of(stock, "/adjusted");
    const std::int64_t gone = number_of(stock, "/sold") - number_of(stock, "/restocked");
    if (number_of(stock, "/available") < 0 || number_of(stock, "/available") != on_hand)
      books.breach("of " + sku + ", " + std::to_string(number_of(stock, "/available")) + " of " +
                   std::to_string(on_hand) + " can be sold");
    if (number_of(stock, "/initial") + adjusted != on_hand + gone)
      books.breach("the stock of " + sku + " does not add up");
    if (gone != bought_[sku])
      books.breach("of " + sku + ", " + std::to_string(gone) + " are gone and " + std::to_string(bought_[sku]) +
                   " bought");
    if (adjusted != books.adjusted[sku])
      books.breach("of " + sku + ", " + std::to_string(adjusted) + " were added instead of " +
                   std::to_string(books.adjusted[sku]));
  }
}

void Audit::check_coupons() {
  Books& books = customers_.books();
  const Reply listed = get(world_.shop(0), "/api/coupons/available", customers_.staff_token());
  std::map<std::string, std::int64_t> counted;
  for (const auto& coupon : listed.json.is_array() ? listed.json.get_array() : boost::json::array{})
    counted[text_of(coupon, "/code")] = number_of(coupon, "/usage_count");
  for (const auto& [code, limit] : books.coupon_limits) {
    const std::int64_t used = coupons_used_[code];
    if (used > limit) books.breach("the coupon " + code + " was used " + std::to_string(used) + " times");
    // One that is used up is no longer listed.
    const auto known = counted.find(code);
    const std::int64_t count = known == counted.end() ? limit : known->second;
    if (count < used)
      books.breach("of the coupon " + code + ", " + std::to_string(count) + " uses are counted and " +
                   std::to_string(used) + " made");
  }
}

void Audit::run() {
  read_orders();
  check_keys();
  for (const auto& [id, order] : orders_) check_order(order);
  for (const auto& [id, payment] : payments_)
    if (!orders_.contains(id) && text_of(payment, "/state") != "cancelled")
      customers_.books().breach("the gateway has a payment of no order: " + id);
  check_stock();
  check_coupons();
}

}  // namespace qm::chaos
