// Whether events come at all. Of a customer of whom nothing is told it cannot be said whether they do nothing or
// whether those who tell of them have fallen silent; what is told of all others says it. So of each UTC day it is
// remembered when its first event became known, of whichever customer. Pure.
#pragma once
#include <optional>
#include <vector>

#include "platform/core/clock.hpp"

namespace qm::reco {

class EventFeed {
 public:
  EventFeed() = default;
  // When events became known, in any order; of each day the first counts.
  explicit EventFeed(std::vector<Timestamp> known_at);

  // When events were last heard of at `at`: never later than that, and exact to the day. nullopt: nothing is known of
  // the feed so early.
  std::optional<Timestamp> heard(Timestamp at) const;
  // Whether an event that became known at `at` says nothing new.
  bool has_day_of(Timestamp at) const;
  const std::vector<Timestamp>& days() const noexcept { return days_; }  // ascending

 private:
  std::vector<Timestamp> days_;
};

}  // namespace qm::reco
