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

bool fits(const std::string& status, const std::string& paid, bool stood) {
  if (status == "cancelled") return paid == (stood ? "refunded" : "failed");
  if (status == "refunded") return paid == "refunded";
  const bool stands = status == "confirmed" || status == "processing" || status == "shipped" || status == "delivered";
  return stands && (paid == "paid" || paid.ends_with("refunded"));
}

}  // namespace

Reply Audit::get(Service& service, std::string target, const std::string& token) {
  Reply reply;
  const auto answered = [&] {
    reply = await_on(scene_.context(), service.call(http::Method::Get, target, "", token));
    return reply.status == 200;
  };
  if (!eventually(answered, std::chrono::seconds{30}))
    books().breach(target + " is answered with " + std::to_string(reply.status));
  return reply;
}

std::vector<value> Audit::all(Service& service, const std::string& path, const char* list, const std::string& token) {
  std::vector<value> found;
  std::string cursor;
  const char* joint = path.find('?') == std::string::npos ? "?" : "&";
  do {
    const std::string after = cursor.empty() ? "" : "&cursor=" + http::encode_component(cursor);
    Reply page = get(service, path + joint + "limit=500" + after, token);
    for (const auto& each : list_of(page.json, list)) found.push_back(each);
    cursor = text_of(page.json, "/cursor");
  } while (!cursor.empty());
  return found;
}

bool Audit::is_quiet() {
  for (const auto& stock : all(scene_.world().shop(0), "/api/admin/stock", "/stock", staff_)) {
    const value* reserved = stock.as_object().if_contains("reserved");
    if (reserved != nullptr && reserved->is_object() && !reserved->get_object().empty()) return false;
  }
  read_coupons();
  for (const auto& [id, campaign] : campaigns_)
    if (minor_of(campaign, "/campaign/reserved") != 0) return false;
  read_orders();
  for (const auto& [id, order] : orders_)
    if (text_of(order, "/progress") != "none" || !is_told(id, order)) return false;
  // What is counted too often is given back late.
  for (const auto& [code, rule] : books().coupons)
    if (!is_applied(code) && counted_[code] != uses_[code].all) return false;
  for (const auto& [id, campaign] : campaigns_)
    if (minor_of(campaign, "/campaign/redeemed") != owed_by(id)) return false;
  read_hands();
  return spent_in_hands() == counted_when_applied() && do_hands_fit_orders();
}

void Audit::wait_until_quiet(std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!is_quiet()) {
    if (std::chrono::steady_clock::now() > end) {
      books().breach("reservations or open orders are left behind");
      return;
    }
    await_on(scene_.context(), []() -> Task<bool> {
      co_await pause_for(std::chrono::milliseconds{500});
      co_return true;
    }());
  }
}

void Audit::read_orders() {
  uses_.clear();
  paid_.clear();
  for (auto& order : all(scene_.world().shop(0), "/api/admin/orders", "/orders", staff_)) {
    const std::string user = text_of(order, "/order/user_id");
    if (!books().users.contains(user)) continue;
    if (stood_once(order) && text_of(order, "/order/status") != "cancelled") {
      for (const auto& coupon : list_of(order, "/order/coupons")) {
        const std::string code = text_of(coupon, "/code");
        ++uses_[code].all;
        ++uses_[code].by_user[user];
        paid_[books().coupons[code].campaign] += minor_of(coupon, "/discount") + minor_of(coupon, "/shipping_saved");
      }
    }
    std::string id = text_of(order, "/order/order_id");
    orders_[std::move(id)] = std::move(order);
  }
}

void Audit::read_coupons() {
  for (const auto& [id, budget] : books().budgets) {
    campaigns_[id] = get(scene_.world().shop(0), "/api/admin/campaigns/" + id, staff_).json;
    for (const auto& coupon : list_of(campaigns_[id], "/coupons"))
      counted_[text_of(coupon, "/code")] = number_of(coupon, "/usage_count");
  }
}

// Each key made the one order that it was answered with, and there is no order that no key was answered with.
void Audit::check_keys() {
  std::map<std::string, std::string> key_of;
  for (const auto& purchase : books().purchases) {
    if (!purchase->is_answered) books().breach("the key " + purchase->key + " has no answer");
    for (const std::string& order : purchase->orders) {
      if (!key_of.emplace(order, purchase->key).second) books().breach("two keys were answered with " + order);
      const auto known = orders_.find(order);
      if (known == orders_.end() || !stood_once(known->second))
        books().breach("the order " + order + " was promised and does not stand");
    }
  }
  for (const auto& [id, order] : orders_)
    if (stood_once(order) && !key_of.contains(id)) books().breach("no key was answered with the order " + id);
}

void Audit::check_order(const value& order) {
  const std::string id = text_of(order, "/order/order_id");
  const std::string status = text_of(order, "/order/status"), paid = text_of(order, "/order/payment_status");
  const bool stood = stood_once(order), is_cancelled = status == "cancelled";
  if (text_of(order, "/progress") != "none") books().breach("the order " + id + " is never settled");
  if (!fits(status, paid, stood)) books().breach("the order " + id + " is " + status + " and " + paid);
  if (times_noted(order, "placed") != 1 || times_noted(order, "confirmed") != (stood ? 1 : 0) ||
      times_noted(order, "paid") != (stood ? 1 : 0) || times_noted(order, "cancelled") != (is_cancelled ? 1 : 0))
    books().breach("the history of " + id + " does not tell what happened");
  if (!is_told(id, order)) books().breach("RecoEngine was told too little, or too much, of the order " + id);
  check_payment(id, order, stood);
  check_prices(order);
  check_coupons_of(order);
  if (stood) count_goods(order);
}

// Each step of an order that ever stood is an event, and told under one id however often it is sent.
bool Audit::is_told(const std::string& id, const value& order) const {
  const Listener& listener = scene_.world().listener();
  const bool stood = stood_once(order), is_cancelled = stood && text_of(order, "/order/status") == "cancelled";
  std::int64_t refunds = 0, back = 0;
  for (const auto& refund : list_of(order, "/order/refunds")) {
    ++refunds;
    back += minor_of(refund, "/amount");
  }
  if (is_cancelled && back < minor_of(order, "/order/total_amount")) ++refunds;
  const auto coupons = stood ? static_cast<std::int64_t>(list_of(order, "/order/coupons").size()) : 0;
  return listener.heard(id, "order_placed") == (stood ? 1 : 0) && listener.heard(id, "coupon_redeemed") == coupons &&
         listener.heard(id, "order_cancelled") == (is_cancelled ? 1 : 0) &&
         listener.heard(id, "order_refunded") == refunds;
}

// What went out for good: of a cancelled order only what came back before and could not be sold again.
void Audit::count_goods(const value& order) {
  const bool is_cancelled = text_of(order, "/order/status") == "cancelled";
  if (!is_cancelled)
    for (const auto& item : list_of(order, "/order/items"))
      bought_[text_of(item, "/sku")] += number_of(item, "/quantity");
  for (const auto& refund : list_of(order, "/order/refunds")) {
    for (const auto& line : list_of(refund, "/lines")) {
      const bool restocked = line.at("restock").as_bool();
      const std::int64_t pieces = number_of(line, "/quantity");
      if (is_cancelled != restocked) bought_[text_of(line, "/sku")] += restocked ? -pieces : pieces;
    }
  }
}

// Each line at a price that there was, and the total by the rules: 8 % tax, shipping 9.99 under 50.00.
void Audit::check_prices(const value& order) {
  const std::string id = text_of(order, "/order/order_id");
  std::int64_t subtotal = 0, discount = 0, saved = 0;
  for (const auto& item : list_of(order, "/order/items")) {
    const std::int64_t price = minor_of(item, "/unit_price");
    subtotal += price * number_of(item, "/quantity");
    if (!books().prices[text_of(item, "/sku")].contains(price))
      books().breach("the order " + id + " has a price that never was");
  }
  for (const auto& coupon : list_of(order, "/order/coupons")) {
    discount += minor_of(coupon, "/discount");
    saved += minor_of(coupon, "/shipping_saved");
  }
  const std::int64_t net = subtotal - discount, tax = (net * 8 + 50) / 100, shipping = net < 5'000 ? 999 : 0;
  if (minor_of(order, "/order/subtotal") != subtotal || minor_of(order, "/order/discount_applied") != discount ||
      minor_of(order, "/order/tax") != tax || minor_of(order, "/order/shipping") + saved != shipping ||
      minor_of(order, "/order/total_amount") != net + tax + shipping - saved)
    books().breach("the total of the order " + id + " does not add up");
}

void Audit::check_coupons_of(const value& order) {
  const auto& coupons = list_of(order, "/order/coupons");
  for (const auto& each : coupons) {
    const CouponRule& rule = books().coupons[text_of(each, "/code")];
    if (coupons.size() > 1 && !rule.is_stackable) books().breach(rule.code + " was used together with others");
    if (rule.given_to && !rule.given_to->contains(text_of(order, "/order/user_id")))
      books().breach(rule.code + " was used by somebody whom it was not given to");
  }
}

void Audit::check_payment(const std::string& id, const value& order, bool stood) {
  const value payment = payments_.contains(id) ? payments_.at(id) : value{};
  const std::string state = text_of(payment, "/state");
  if (!stood) {
    if (state == "authorised" || state == "captured") books().breach("the failed order " + id + " is " + state);
    return;
  }
  const std::int64_t total = minor_of(order, "/order/total_amount");
  std::int64_t back = 0;
  for (const auto& refund : list_of(order, "/order/refunds")) back += minor_of(refund, "/amount");
  if (text_of(order, "/order/status") == "cancelled") back = total;
  if (state != "captured" || number_of(payment, "/captures") != 1 || number_of(payment, "/captured_minor") != total)
    books().breach("the order " + id + " of " + std::to_string(total) + " was not captured once: " + state + " " +
                   std::to_string(number_of(payment, "/captured_minor")));
  if (number_of(payment, "/refunded_minor") != back)
    books().breach("of the order " + id + ", " + std::to_string(number_of(payment, "/refunded_minor")) +
                   " was given back instead of " + std::to_string(back));
}

void Audit::check_stock() {
  for (const auto& stock : all(scene_.world().shop(0), "/api/admin/stock", "/stock", staff_)) {
    const std::string sku = text_of(stock, "/sku");
    const std::int64_t on_hand = number_of(stock, "/on_hand"), adjusted = number_of(stock, "/adjusted");
    const std::int64_t gone = number_of(stock, "/sold") - number_of(stock, "/restocked");
    if (number_of(stock, "/available") < 0 || number_of(stock, "/available") != on_hand)
      books().breach("of " + sku + ", " + std::to_string(number_of(stock, "/available")) + " of " +
                     std::to_string(on_hand) + " can be sold");
    if (number_of(stock, "/initial") + adjusted != on_hand + gone)
      books().breach("the stock of " + sku + " does not add up");
    if (gone != bought_[sku])
      books().breach("of " + sku + ", " + std::to_string(gone) + " are gone and " + std::to_string(bought_[sku]) +
                     " bought");
    if (adjusted != books().adjusted[sku])
      books().breach("of " + sku + ", " + std::to_string(adjusted) + " were added instead of " +
                     std::to_string(books().adjusted[sku]));
  }
}

void Audit::run() {
  read_orders();
  read_coupons();
  read_hands();
  for (auto& payment : all(scene_.world().gateway(), "/payments", "/payments", kServiceToken))
    payments_[text_of(payment, "/payment_id")] = payment;
  check_keys();
  for (const auto& [id, order] : orders_) check_order(order);
  for (const auto& [id, payment] : payments_)
    if (!orders_.contains(id) && text_of(payment, "/state") != "cancelled")
      books().breach("the gateway has a payment of no order: " + id);
  check_stock();
  for (const auto& [code, rule] : books().coupons) check_coupon(rule);
  check_budgets();
  check_hands();
  check_first_orders();
  check_edits();
  read_log();
  check_log();
}

}  // namespace qm::chaos
