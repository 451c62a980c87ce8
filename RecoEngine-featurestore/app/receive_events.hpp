// Takes in what customers did: keeps each event once, and lets it inform the features that it maps onto. Events may
// come late, in any order and again and again; what is known in the end is the same.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/store/event_store.hpp"
#include "RecoEngine-featurestore/store/feature_store.hpp"

namespace qm::reco {

struct RefusedEvent {
  std::string event_id;
  std::string reason;
};

struct EventsTaken {
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0;
  std::vector<RefusedEvent> refused;
};

struct EventPage {
  std::vector<Event> events;          // in time order
  std::optional<Timestamp> next_from;  // there are more, from here on
};

// Thread-safe.
class ReceiveEvents {
 public:
  ReceiveEvents(EventStore& events, FeatureStore& features, const Clock& clock)
      : events_(events), features_(features), clock_(clock) {}

  // Durable when it returns. The store's errors: then some may have been taken, and all may be sent again.
  Task<Result<EventsTaken>> run(std::vector<Event> events);
  // At most `limit` and, beyond it, the rest of the last one's millisecond.
  Task<Result<EventPage>> list(UserId user, Timestamp from, std::size_t limit);

  // Since the start of this process.
  std::int64_t accepted() const noexcept { return accepted_; }
  std::int64_t duplicates() const noexcept { return duplicates_; }
  std::int64_t refused() const noexcept { return refused_; }
  void count_refused(std::int64_t more) noexcept { refused_ += more; }

 private:
  Task<Result<EventsAdded>> take(UserId user, std::vector<Event> events);

  EventStore& events_;
  FeatureStore& features_;
  const Clock& clock_;
  std::atomic<std::int64_t> accepted_{0};
  std::atomic<std::int64_t> duplicates_{0};
  std::atomic<std::int64_t> refused_{0};
};

}  // namespace qm::reco
