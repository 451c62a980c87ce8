// Takes in what customers did: keeps each event once, in the log, and brings the customer's state up to it. Events may
// come late, in any order and again and again; what is known in the end is the same.
#pragma once
#include <atomic>
#include <span>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/app/watch_feed.hpp"
#include "RecoEngine-featurestore/store/event_store.hpp"

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
  std::vector<Event> events;           // in time order
  std::optional<Timestamp> next_from;  // there are more, from here on
};

// How it has gone since the start of this process.
struct EventCounts {
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0;
  std::int64_t refused = 0;
  std::int64_t rebuilt = 0;  // states that were made anew from the log, since events came late or a write was lost
};

// Thread-safe; any number of instances may take the same customer's events at once.
class ReceiveEvents {
 public:
  // All references outlive it. `late`: how long after it happened an event is taken. A `feed` is told that events came.
  ReceiveEvents(EventStore& events, const Clock& clock, std::chrono::hours late, WatchFeed* feed = nullptr)
      : events_(events), clock_(clock), window_{late, events.keep()}, feed_(feed) {}

  // Durable when it returns. `imported`: history, which counts as told when it happened. The store's errors: then some
  // may have been taken, and all may be sent again. Unavailable when others change the same customers all the time.
  Task<Result<EventsTaken>> run(std::vector<Event> events, bool imported = false);
  // At most `limit` and, beyond it, the rest of the last one's millisecond.
  Task<Result<EventPage>> list(UserId user, Timestamp from, std::size_t limit);
  // Makes the customer's state anew from the log. Unavailable as above.
  Task<Result<CustomerState>> rebuild(UserId user);

  EventCounts counts() const noexcept {
    return {accepted_.load(), duplicates_.load(), refused_.load(), rebuilt_.load()};
  }
  void count_refused(std::int64_t more) noexcept { refused_ += more; }

 private:
  struct Intake;
  // Reads, adds and writes those that are not done, all of them together: several steps of one batch cost no more than
  // the disk's sync of one. Those that somebody else changed meanwhile are left undone. `anew`: their states are made
  // from the log in any case.
  Task<Result<void>> try_once(std::span<Intake> intakes, bool anew);
  Task<Result<void>> finish(std::span<Intake> intakes, bool anew);
  Task<Result<void>> make_states(std::span<Intake> intakes);
  Task<void> tell_feed(std::span<const Intake> intakes);

  EventStore& events_;
  const Clock& clock_;
  const EventWindow window_;
  WatchFeed* const feed_;
  std::atomic<std::int64_t> accepted_{0};
  std::atomic<std::int64_t> duplicates_{0};
  std::atomic<std::int64_t> refused_{0};
  std::atomic<std::int64_t> rebuilt_{0};
};

}  // namespace qm::reco
