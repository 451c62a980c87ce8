// What a customer did, as it was told. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/core/money.hpp"

namespace qm::reco {

struct EventTag { static constexpr std::string_view prefix = "evt"; };
using EventId = Id<EventTag>;

// Stored by their numbers: new ones come last.
enum class EventType : std::uint8_t {
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
inline constexpr std::size_t kEventTypes = 22;
std::string_view to_string(EventType type) noexcept;
std::optional<EventType> parse_event_type(std::string_view name) noexcept;

// Which of these an event has follows from its type (contracts/events.hpp).
struct EventData {
  std::optional<std::string> session_id;
  std::optional<std::string> product_id;
  std::optional<std::string> words;
  std::optional<std::vector<std::string>> product_ids;
  std::optional<std::int64_t> item_count;
  std::optional<Money> amount;
  std::optional<Money> discount;
  std::optional<std::string> order_id;
  std::optional<std::string> coupon_code;
  std::optional<std::string> ticket_id;
  std::optional<double> resolution_hours;
  std::optional<std::int64_t> score;  // 1…5
  std::optional<std::string> page;    // its kind
  std::optional<std::string> nudge_id;
  std::optional<Channel> channel;
  friend bool operator==(const EventData&, const EventData&) = default;
};

struct Event {
  EventId id;
  EventType type = EventType::session_started;
  UserId user_id;
  Timestamp at{};
  EventData data;
  friend bool operator==(const Event&, const Event&) = default;
};

// In time order; of one millisecond by id.
bool happened_before(const Event& a, const Event& b) noexcept;

// An event and the moment since when it is known. Whoever looks back at a moment sees what was known then.
struct KnownEvent {
  Event event;
  Timestamp known_at{};  // never before event.at
  friend bool operator==(const KnownEvent&, const KnownEvent&) = default;
};

// How events are taken. A time that lies ahead would hold against everything that really happens until then.
inline constexpr std::chrono::minutes kMaxEventAhead{10};
struct EventWindow {
  std::chrono::hours late;  // how long after it happened an event may come
  std::chrono::hours keep;  // how long it is kept, and how far back an import may reach
};
// Why an event cannot be taken at `now`; empty: it can.
std::string_view why_not_taken(const Event& event, Timestamp now, const EventWindow& window, bool imported) noexcept;
// As it is kept: a clock that goes ahead is set right, so that nothing is known before it happens; an import counts as
// told when it happened.
KnownEvent taken(Event event, Timestamp now, bool imported);

}  // namespace qm::reco
