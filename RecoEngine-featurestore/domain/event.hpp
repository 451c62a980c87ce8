// What a customer did, as the shop tells it, and the features that follow from it. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"
#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/core/money.hpp"

namespace qm::reco {

struct EventTag { static constexpr std::string_view prefix = "evt"; };
using EventId = Id<EventTag>;

enum class EventType {
  session_started,
  session_ended,
  product_viewed,
  products_searched,
  cart_changed,
  cart_abandoned,
  order_placed,
  order_cancelled,
  order_refunded,
  coupon_used,
  ticket_opened,
  ticket_closed,
  ticket_rated,
};
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

// Why an event cannot be kept at `now`, when it is kept for `keep`; empty: it can. A time that lies ahead would hold
// against everything that really happens until then.
inline constexpr std::chrono::minutes kMaxEventAhead{10};
std::string_view why_not_kept(const Event& event, Timestamp now, std::chrono::hours keep) noexcept;

// The features that single events inform, each as of the event's time: what happened later, or was ingested later,
// stands. Rows of event.cpp; every other feature is left alone, because a single event does not say it:
//   days_last_login, days_last_purch, last_hv_purch  are ages at the moment of asking; and a login would hide, from the
//                                                    prediction that it owes, how long the customer was away
//   sess_7d, sess_30d, avg_sess_dur, ctr_10_sess, orders_6m, purch_freq_90d, tickets_90d, …
//                                                    counts and averages over a window, which also hold what happened
//                                                    before the first event: to be computed from the events kept
//   checkout_time, bounce_flag, engagement           nothing that is told informs them
struct EventFeature {
  EventType type;
  std::string_view feature;
  std::optional<FeatureValue> (*value)(const Event& event);  // nothing: this one does not say
};
std::span<const EventFeature> event_features() noexcept;

// A value and the moment it was true.
struct DatedFeature {
  std::size_t feature;  // row of the feature table
  FeatureValue value;
  Timestamp at{};
};
// What the table makes of the events, in any order: for each feature the latest, of one moment the greatest.
std::vector<DatedFeature> features_of(const std::vector<Event>& events);

// `curr_sess_clk`: how many views and searches `of_day` (everything kept of the days around, in any order) has of the
// session that was last seen in it. Nothing when there is none.
std::optional<DatedFeature> session_clicks_of(const std::vector<Event>& of_days);

// `abandon_count` is a count, so each event must count once and in any order: the record remembers which it counted.
inline constexpr std::chrono::hours kCountAbandoned{24 * 30};  // older ones no longer count
inline constexpr std::size_t kMaxCountedAbandoned = 200;
struct AbandonedCarts {
  std::optional<std::int64_t> count;         // as known
  Timestamp at{};                            // since when
  std::map<std::string, Timestamp> counted;  // event id → when it happened
  Timestamp counted_at{};                    // `at` as written here; with another, somebody else gave the count
  Timestamp given_at{};                      // when somebody else last did
  friend bool operator==(const AbandonedCarts&, const AbandonedCarts&) = default;
};
// Adds what is new and takes away what is older than kCountAbandoned. A count that somebody else gave stands for
// whatever happened before it.
AbandonedCarts count_abandoned(AbandonedCarts known, const std::vector<Event>& events, Timestamp now);

}  // namespace qm::reco
