// Features from events: features(state, at). Pure.
//
// Three kinds, by what makes them true at the moment of asking:
//   Latest  a word that was said once («csat_score»): as of then, and for as long as the feature's time to live.
//   Age     how long ago something was («days_last_purch»): up to date as long as events come.
//   Window  a count or a mean over the last days («orders_6m»), by whole UTC days, today's included: the same. It is
//           whole when the customer's events of that source reach back over all of it.
//
// Of two sources of a feature, events and what was ingested, the newer wins:
//   - a Latest or an Age holds if its last event is later than what was ingested;
//   - a Window that is whole holds, as it is counted anew at every moment; one that is not holds only while nothing
//     was ingested, since it may have missed what came before the first event.
// What was ingested counts as long as it is within its time to live. After that it holds no event back: serving does
// not have it any more once its record has expired, and must not answer otherwise while it still has.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "RecoEngine-featurestore/domain/customer_state.hpp"
#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

enum class EventFeatureKind : std::uint8_t { Latest, Age, Window };

// Events reach no further: what was last heard of longer ago says nothing any more, neither as an age nor as a count.
// So a log that is kept for so long before a moment gives what was served at it. But for one thing: whether an order
// was large (last_hv_purch) is told by all orders before it.
inline constexpr std::chrono::days kEventReach{365};

struct EventReading {
  FeatureValue value;
  Timestamp at{};     // of the event that last changed it; of a Window the newest event of its source
  bool whole = true;  // Window
};

struct CustomerCounts;  // event_feature.cpp

struct EventFeature {
  std::string_view feature;
  EventFeatureKind kind;
  // Nothing: the events do not say it.
  std::optional<EventReading> (*read)(const CustomerState& state, Timestamp at, const CustomerCounts& counts);
};
// Every feature that events inform, once.
std::span<const EventFeature> event_features() noexcept;

// All that is known of a customer at `at`, from both sources; `state` may be nullptr. What lies after `at` must not be
// in either. `feed_heard`: when an event of anybody last became known (event_feed.hpp); an Age or a Window is stale
// once that is longer ago than the feature's time to live, as then nobody knows what happened since. Nothing: events
// come.
FeatureVector features_at(const FeatureVector& ingested, const CustomerState* state, Timestamp at,
                          std::optional<Timestamp> feed_heard = {});

}  // namespace qm::reco
