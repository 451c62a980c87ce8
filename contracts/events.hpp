// POST /events of RecoEngine: what customers did, in batches. At least once: an event that was sent before, by its id,
// is a duplicate and changes nothing. Needs the service token.
//
// What makes a duplicate: the same event_id of the same user_id, with an `at` in the same calendar month (UTC). Of two
// that differ in anything else, also in `at` within the month, the one that was kept first stays as it is; so an event
// cannot be corrected, only sent again as it was. An id is the customer's own: with another user_id it is another
// event, and so it is with an `at` in another month, both of which count. Whoever sends again therefore sends what was
// sent. Two of one id in a batch are one: the earlier by `at`. Duplicates are known for as long as events are kept.
//
// A batch is taken whole: an event of an unknown type, or one that does not fit, is named in the answer and kept out,
// and the others are kept. So neither side waits for the other to be updated. Unknown fields are ignored.
//
// Events may come late and in any order, up to EVENT_LATE_DAYS after they happened. What is older is history: it is
// taken with `import=true`, and then counts as if it had been told when it happened.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"

namespace qm::contracts {

inline constexpr std::size_t kMaxEventsPerBatch = 500;
inline constexpr std::size_t kMaxEventProducts = 100;
inline constexpr std::size_t kMaxSearchWordsBytes = 200;

// What each says beside who and when:
//   session_started, session_ended  session_id
//   login, logout                   session_id?
//   page_viewed                     page (its kind: home, listing, guide, review …), session_id?
//   product_viewed                  product_id, session_id?
//   search                          words, session_id?
//   cart_changed                    the cart as it then was: item_count (units), product_ids, amount
//   cart_abandoned                  the same, of a cart left filled; at: when it was last changed
//   order_placed                    order_id, amount (total), discount, item_count, product_ids
//   order_cancelled                 order_id
//   order_refunded                  order_id, amount (given back)
//   coupon_redeemed                 coupon_code, order_id?, discount
//   nudge_delivered, nudge_opened, nudge_clicked
//                                   nudge_id, channel
//   ticket_opened                   ticket_id, order_id?
//   ticket_closed                   ticket_id, resolution_hours, score? (1…5)
//   ticket_rated                    ticket_id, score: given after it was closed
//   payment_failed                  order_id?: the payment of a checkout was refused
//   delivery_late                   order_id?
//   out_of_stock_seen               product_id: looked at (instead of product_viewed) or wanted while there was none
//
// What is not told is not known, and zero is told by what goes with it: of a customer whose orders are told, no
// payment_failed means that none failed; of one whose visits are told, no out_of_stock_seen means that nothing was sold
// out. delivery_late goes with nothing: late_deliv_90d is missing until the first one, or until it is ingested.
enum class EventType {
  session_started,
  session_ended,
  login,
  logout,
  page_viewed,
  product_viewed,
  search,
  cart_changed,
  cart_abandoned,
  order_placed,
  order_cancelled,
  order_refunded,
  coupon_redeemed,
  nudge_delivered,
  nudge_opened,
  nudge_clicked,
  ticket_opened,
  ticket_closed,
  ticket_rated,
  payment_failed,
  delivery_late,
  out_of_stock_seen,
};
BOOST_DESCRIBE_ENUM(EventType, session_started, session_ended, login, logout, page_viewed, product_viewed, search,
                    cart_changed, cart_abandoned, order_placed, order_cancelled, order_refunded, coupon_redeemed,
                    nudge_delivered, nudge_opened, nudge_clicked, ticket_opened, ticket_closed, ticket_rated,
                    payment_failed, delivery_late, out_of_stock_seen)

enum class EventChannel { email, push, sms, app };
BOOST_DESCRIBE_ENUM(EventChannel, email, push, sms, app)

struct EventData {
  std::optional<std::string> session_id;
  std::optional<std::string> product_id;
  std::optional<std::string> words;
  std::optional<std::vector<std::string>> product_ids;
  std::optional<std::int64_t> item_count;
  std::optional<json::Amount> amount;
  std::optional<json::Amount> discount;
  std::optional<std::string> order_id;
  std::optional<std::string> coupon_code;
  std::optional<std::string> ticket_id;
  std::optional<double> resolution_hours;
  std::optional<std::int64_t> score;
  std::optional<std::string> page;
  std::optional<std::string> nudge_id;
  std::optional<EventChannel> channel;
  friend bool operator==(const EventData&, const EventData&) = default;
};
BOOST_DESCRIBE_STRUCT(EventData, (),
                      (session_id, product_id, words, product_ids, item_count, amount, discount, order_id, coupon_code,
                       ticket_id, resolution_hours, score, page, nudge_id, channel))
inline auto constraints(const EventData*) {
  using D = EventData;
  return json::fields(
      json::field(&D::session_id, json::identifier()), json::field(&D::product_id, json::identifier()),
      json::field(&D::words, json::length(1, kMaxSearchWordsBytes)),
      json::field(&D::product_ids, json::length(0, kMaxEventProducts), json::identifier()),
      json::field(&D::item_count, json::range(0, 1e6)), json::field(&D::amount, json::range(0, 1e9)),
      json::field(&D::discount, json::range(0, 1e9)), json::field(&D::order_id, json::identifier()),
      json::field(&D::coupon_code, json::length(1, 64)), json::field(&D::ticket_id, json::identifier()),
      json::field(&D::resolution_hours, json::range(0, 1e6)), json::field(&D::score, json::range(1, 5)),
      json::field(&D::page, json::identifier()), json::field(&D::nudge_id, json::identifier()));
}

struct Event {
  std::string event_id;  // the same for the same event, however often it is sent
  EventType type = EventType::session_started;
  std::string user_id;
  Timestamp at{};  // when it happened
  EventData data;
  friend bool operator==(const Event&, const Event&) = default;
};
BOOST_DESCRIBE_STRUCT(Event, (), (event_id, type, user_id, at, data))
inline auto constraints(const Event*) {
  return json::fields(json::field(&Event::event_id, json::identifier()),
                      json::field(&Event::user_id, json::identifier()), json::field(&Event::data, json::defaulted()));
}

struct EventBatch {
  std::vector<Event> events;
};
BOOST_DESCRIBE_STRUCT(EventBatch, (), (events))
inline auto constraints(const EventBatch*) {
  return json::fields(json::field(&EventBatch::events, json::length(0, kMaxEventsPerBatch)));
}

struct IgnoredEvent {
  std::string event_id;  // empty when it had none
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(IgnoredEvent, (), (event_id, reason))

struct EventsAnswer {
  std::int64_t accepted = 0;    // kept now
  std::int64_t duplicates = 0;  // kept before
  std::vector<IgnoredEvent> ignored;
};
BOOST_DESCRIBE_STRUCT(EventsAnswer, (), (accepted, duplicates, ignored))

}  // namespace qm::contracts
