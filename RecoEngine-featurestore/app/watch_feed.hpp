// Remembers, for all instances, on which days events came at all.
#pragma once
#include <memory>
#include <vector>

#include "RecoEngine-featurestore/domain/event_feed.hpp"
#include "RecoEngine-featurestore/store/event_store.hpp"
#include "platform/core/snapshot.hpp"

namespace qm::reco {

// Thread-safe.
class WatchFeed {
 public:
  // `events` outlives it. Nothing is known before follow().
  explicit WatchFeed(EventStore& events) : events_(events) {}

  // Takes in what other instances noted: once before anything is served, then every minute. The store's errors.
  Task<Result<void>> follow();
  // Events became known at these moments. Writes on the first of a day only. The store's errors: then the next event
  // of that day notes it.
  Task<Result<void>> note(std::vector<Timestamp> known_at);

  // Never null. Asks no store.
  std::shared_ptr<const EventFeed> feed() const { return feed_.load(); }

 private:
  EventStore& events_;
  Snapshot<EventFeed> feed_{std::make_shared<const EventFeed>()};
};

}  // namespace qm::reco
