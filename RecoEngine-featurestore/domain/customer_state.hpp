// What is remembered of a customer's events: enough to compute every feature that events inform, at any later moment,
// in a record of under 2 KB for an ordinary customer. Pure.
//
// A state is a fold: apply() over the events in time order (happened_before). Nothing else writes one, so that serving,
// a rebuild from the log and a training set come to the same, bit for bit.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"

namespace qm::reco {

// A visit ends when its customer is quiet for longer than this, or leaves (session_ended, logout).
inline constexpr std::chrono::minutes kVisitGap{30};
inline constexpr std::size_t kRecentVisits = 10;
inline constexpr std::size_t kRecentOrders = 16;  // later words about an older one are not understood
inline constexpr std::size_t kOpenNudges = 8;
inline constexpr std::int32_t kDaysCounted = 183;  // half a year, and the day that is not over

// What is counted by the day. Stored by their numbers: new ones come last.
enum class DayCount : std::uint8_t {
  visits,    // on the day they began
  visit_ms,  // the time spent in them
  orders,    // on the day they were placed; cancelled ones are taken away again
  spent_minor,
  discounted,  // orders with a discount
  refunded,    // orders; of one that was cancelled, none
  abandoned,   // carts
  tickets,
  tickets_closed,  // that told how long they took
  ticket_seconds,  // the sum of that
  pushes,
  pushes_opened,
  emails,
  emails_clicked,
  offers,  // in the shop
  offers_clicked,
  answers,  // nudges that were opened or clicked
  answer_ms,
  payments_failed,
  deliveries_late,
  out_of_stock,
};
inline constexpr std::size_t kDayCounts = 21;

// A day on which anything was counted.
struct CustomerDay {
  std::int32_t day = 0;  // UTC, since 1970-01-01
  std::array<std::int64_t, kDayCounts> counts{};
  std::int64_t operator[](DayCount count) const { return counts[static_cast<std::size_t>(count)]; }
  std::int64_t& operator[](DayCount count) { return counts[static_cast<std::size_t>(count)]; }
  friend bool operator==(const CustomerDay&, const CustomerDay&) = default;
};

struct Visit {
  Timestamp began_at{};
  Timestamp seen_at{};
  bool over = false;          // the customer said so
  std::int64_t clicks = 0;    // pages, products and searches
  std::int64_t shown = 0;     // pages and searches: what could lead to a product
  std::int64_t products = 0;  // looked at
  bool content = false;       // guides or reviews were read
  friend bool operator==(const Visit&, const Visit&) = default;
};

struct RecentOrder {
  std::uint64_t id_hash = 0;
  Timestamp at{};
  std::int64_t amount_minor = 0;
  bool discounted = false;
  bool large = false;  // at least 1.5 times the mean of the customer's orders before it
  bool cancelled = false;
  std::optional<std::int32_t> refunded_on;  // day
  friend bool operator==(const RecentOrder&, const RecentOrder&) = default;
};

struct OpenNudge {
  std::uint64_t id_hash = 0;
  Timestamp delivered_at{};
  friend bool operator==(const OpenNudge&, const OpenNudge&) = default;
};

// A value, and since when it has been so.
template <class T>
struct Noted {
  T value{};
  Timestamp at{};
  friend bool operator==(const Noted&, const Noted&) = default;
};

// Where counts come from. A customer's counts of a source are whole from the first event of it on: who tells visits
// tells what was sold out in them, and who tells orders tells payments that failed (contracts/events.hpp). Of late
// deliveries nothing follows from any other event: until one was told of the customer, nobody knows that there was
// none.
// Stored by their numbers: new ones come last.
enum class EventSource : std::uint8_t { visits, carts, orders, tickets, pushes, emails, offers, deliveries };
inline constexpr std::size_t kEventSources = 8;

// When a source was heard of.
struct Heard {
  Timestamp first{}, last{};
  friend bool operator==(const Heard&, const Heard&) = default;
};

// How many of a month's events are in a state.
struct MonthCount {
  std::int32_t month = 0;  // see month_of()
  std::int64_t events = 0;
  friend bool operator==(const MonthCount&, const MonthCount&) = default;
};

struct CustomerState {
  std::vector<CustomerDay> days;     // ascending; none older than kDaysCounted before the newest event
  std::vector<Visit> visits;         // the latest kRecentVisits, ascending; the last one may go on
  std::optional<Timestamp> seen_before;  // the end of the visit before the last
  std::vector<RecentOrder> orders;   // the latest kRecentOrders, ascending
  std::optional<Timestamp> order_before, large_order_before;  // the latest that are no longer in `orders`
  std::int64_t orders_ever = 0;
  std::int64_t spent_ever_minor = 0;
  std::optional<Noted<std::int64_t>> cart_items;
  std::optional<Noted<bool>> cart_left;  // filled and not bought
  std::optional<Timestamp> abandoned_at;
  std::optional<Noted<std::int64_t>> satisfaction;  // 1…5
  std::vector<OpenNudge> open_nudges;
  std::optional<Timestamp> offered_at, accepted_at;  // the last nudge, the last click on one or coupon redeemed
  std::array<std::optional<Heard>, kEventSources> heard;
  std::vector<MonthCount> months;  // ascending
  Timestamp newest_at{};           // of the events applied
  std::string newest_id;
  // As an older version kept it, or another definition of the features made it (feature.hpp): good enough to serve
  // until it is made anew from the log.
  bool is_outdated = false;
  friend bool operator==(const CustomerState&, const CustomerState&) = default;
};

// Months are counted by year × 12 + month − 1, UTC.
std::int32_t month_of(Timestamp at) noexcept;
std::int32_t day_of(Timestamp at) noexcept;

// Whether nothing later than `event` has been applied.
bool may_apply(const CustomerState& state, const Event& event) noexcept;
// Precondition: may_apply().
void apply(CustomerState& state, const Event& event);
// The fold over events in any order: those known at `now`. Each event once is the caller's to see to.
CustomerState state_of(std::vector<KnownEvent> events, Timestamp now);

}  // namespace qm::reco
