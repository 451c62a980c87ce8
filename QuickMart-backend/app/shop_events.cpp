#include "QuickMart-backend/app/shop_events.hpp"

#include <algorithm>

#include "platform/security/password.hpp"
#include "QuickMart-backend/domain/decide_refund.hpp"

namespace qm::shop {
namespace {

using contracts::Event;
using contracts::EventType;

constexpr std::size_t kEventDigits = 40;

Event make_event(EventType type, std::initializer_list<std::string_view> parts, const UserId& user, Timestamp at) {
  Event event;
  event.event_id = event_id_of(type, parts);
  event.type = type;
  event.user_id = user.str();
  event.at = at;
  return event;
}

Event of_session(EventType type, const UserId& user, const SessionId& session, Timestamp at) {
  Event event = make_event(type, {session.str()}, user, at);
  event.data.session_id = session.str();
  return event;
}

std::string to_text(Timestamp at) { return std::to_string(at.time_since_epoch().count()); }

void add_product(std::vector<std::string>& products, const std::string& product) {
  if (products.size() < contracts::kMaxEventProducts && std::ranges::count(products, product) == 0)
    products.push_back(product);
}

void add_lines(const Cart& cart, const Catalog& catalog, Event& event) {
  std::int64_t units = 0;
  Money amount;
  auto& products = event.data.product_ids.emplace();
  for (const CartLine& line : cart.lines) {
    units += line.quantity;
    amount = amount + line.seen_price * line.quantity;
    const auto known = catalog.find_sku(line.sku);
    add_product(products, known ? known->product->id.str() : line.sku.str());
  }
  event.data.item_count = units;
  event.data.amount = json::to_wire(amount);
}

Event order_placed(const Order& order, Timestamp at) {
  Event event = make_event(EventType::order_placed, {order.id.str()}, order.user_id, at);
  std::int64_t units = 0;
  auto& products = event.data.product_ids.emplace();
  for (const OrderItem& item : order.items) {
    units += item.quantity;
    add_product(products, item.product_id.str());
  }
  event.data.order_id = order.id.str();
  event.data.amount = json::to_wire(order.totals.total());
  event.data.discount = json::to_wire(order.totals.discount);
  event.data.item_count = units;
  return event;
}

Event order_refunded(const Order& order, std::string_view refund, Money amount, Timestamp at) {
  Event event = make_event(EventType::order_refunded, {order.id.str(), refund}, order.user_id, at);
  event.data.order_id = order.id.str();
  event.data.amount = json::to_wire(amount);
  return event;
}

Event order_coupon_used(const Order& order, const OrderCoupon& used, Timestamp at) {
  const CouponId coupon = coupon_id_of(used.code);
  const std::string held = order.user_id.str() + "." + coupon.str();
  Event event = make_event(EventType::coupon_redeemed, {held, order.id.str()}, order.user_id, at);
  event.data.coupon_code = used.code;
  event.data.order_id = order.id.str();
  event.data.discount = json::to_wire(used.discount);
  return event;
}

}  // namespace

std::string event_id_of(EventType type, std::initializer_list<std::string_view> parts) {
  const std::string name = boost::describe::enum_to_string(type, "");
  std::string id = name;
  for (const auto part : parts) id.append(".").append(part);
  if (id.size() <= kMaxEventIdBytes && is_valid_id(id)) return id;
  return name + "." + security::sha256_hex(id).substr(0, kEventDigits);
}

std::vector<Event> login_events(const UserId& user, const SessionId& session, Timestamp at) {
  return {of_session(EventType::session_started, user, session, at), of_session(EventType::login, user, session, at)};
}

std::vector<Event> logout_events(const UserId& user, const SessionId& session, Timestamp at) {
  return {of_session(EventType::logout, user, session, at), of_session(EventType::session_ended, user, session, at)};
}

Event cart_changed(const Cart& cart, const Catalog& catalog, std::uint32_t version) {
  const std::string state = to_text(cart.updated_at) + "-" + std::to_string(version);
  Event event = make_event(EventType::cart_changed, {cart.user_id.str(), state}, cart.user_id, cart.updated_at);
  add_lines(cart, catalog, event);
  return event;
}

Event cart_abandoned(const Cart& cart, const Catalog& catalog) {
  Event event = make_event(EventType::cart_abandoned, {cart.user_id.str(), to_text(cart.updated_at)}, cart.user_id,
                           cart.updated_at);
  add_lines(cart, catalog, event);
  return event;
}

std::vector<Event> order_events(const Order& order) {
  std::vector<Event> events;
  const Timestamp decided_at = order.updated_at;
  if (order.progress == OrderProgress::completing) {
    events.push_back(order_placed(order, decided_at));
    for (const OrderCoupon& used : order.coupons) events.push_back(order_coupon_used(order, used, decided_at));
  }
  if (order.progress == OrderProgress::undoing && order.payment_status == PaymentStatus::failed) {
    events.push_back(make_event(EventType::payment_failed, {order.id.str()}, order.user_id, decided_at));
    events.back().data.order_id = order.id.str();
  }
  if (order.progress == OrderProgress::cancelling) {
    events.push_back(make_event(EventType::order_cancelled, {order.id.str()}, order.user_id, decided_at));
    events.back().data.order_id = order.id.str();
    const Money left = refundable(order);
    if (!left.is_zero()) events.push_back(order_refunded(order, "cancellation", left, decided_at));
  }
  if (order.progress == OrderProgress::refunding) {
    for (const Refund& refund : order.refunds)
      if (!refund.is_done) events.push_back(order_refunded(order, refund.id, refund.amount, refund.at));
  }
  return events;
}

Event coupon_redeemed(const UserCoupon& held, const CouponUse& use, std::string code) {
  const std::string whose = held.user_id.str() + "." + held.coupon_id.str();
  Event event = make_event(EventType::coupon_redeemed, {whose, use.id.str()}, held.user_id, use.at);
  event.data.coupon_code = std::move(code);
  if (const auto order = order_of(use.id)) event.data.order_id = order->str();
  event.data.discount = json::to_wire(use.cost);
  return event;
}

std::vector<Event> ticket_events(const Ticket& ticket, Timestamp since) {
  std::vector<Event> events;
  const auto add = [&](EventType type, Timestamp at) -> Event& {
    Event& event = events.emplace_back(make_event(type, {ticket.id.str()}, ticket.user_id, at));
    event.data.ticket_id = ticket.id.str();
    return event;
  };
  if (ticket.created_at >= since) {
    Event& opened = add(EventType::ticket_opened, ticket.created_at);
    if (ticket.order_id) opened.data.order_id = ticket.order_id->str();
  }
  if (ticket.closed_at && *ticket.closed_at >= since) {
    Event& closed = add(EventType::ticket_closed, *ticket.closed_at);
    closed.data.resolution_hours = resolution_hours(ticket);
    if (ticket.score && ticket.rated_at == ticket.closed_at) closed.data.score = ticket.score;
  }
  if (ticket.rated_at && ticket.rated_at != ticket.closed_at && *ticket.rated_at >= since)
    add(EventType::ticket_rated, *ticket.rated_at).data.score = ticket.score;
  return events;
}

}  // namespace qm::shop
