// What customers did, kept to be looked at in time order. Set "user_events": one record per customer and day with that
// day's events by their id, so that an event is kept once and no record grows without bound. Set "user_event_days": one
// record per customer with the days that have any. Both expire. Thread-safe.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

// An event's id and time decide where it is kept: the same id with another time is another event.
inline constexpr std::size_t kMaxEventsPerDay = 2'000;  // of a customer; what comes after them is not kept

struct EventsAdded {
  std::vector<EventId> added;
  std::vector<EventId> known;  // were there before
  std::vector<EventId> over;   // over the limit
  // All that is now kept of the days that were touched and of the days before them, in no order.
  std::vector<Event> of_days;
};

class EventStore {
 public:
  // Events are kept for `keep` after they were last added to (at least a day).
  EventStore(kv::Store& store, std::chrono::hours keep) : store_(store), keep_(keep) {}

  // `events` are one customer's, of any days, in any order. Durable when it returns; idempotent.
  Task<Result<EventsAdded>> add(UserId user, std::vector<Event> events);

  // Shows a customer's events from `from` on, in time order, until `visit` says false.
  using Visit = std::function<bool(Event)>;
  Task<Result<void>> walk(UserId user, Timestamp from, Visit visit);

  std::chrono::hours keep() const noexcept { return keep_; }

 private:
  Task<Result<void>> write_day(UserId user, std::string day, bool is_new, std::vector<Event> events);

  kv::Store& store_;
  const std::chrono::hours keep_;
};

}  // namespace qm::reco
