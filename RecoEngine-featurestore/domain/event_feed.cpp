#include "RecoEngine-featurestore/domain/event_feed.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

auto utc_day(Timestamp at) { return std::chrono::floor<std::chrono::days>(at); }

}  // namespace

EventFeed::EventFeed(std::vector<Timestamp> known_at) : days_(std::move(known_at)) {
  std::ranges::sort(days_);
  const auto same_day = [](Timestamp a, Timestamp b) { return utc_day(a) == utc_day(b); };
  days_.erase(std::unique(days_.begin(), days_.end(), same_day), days_.end());
}

std::optional<Timestamp> EventFeed::heard(Timestamp at) const {
  const auto after = std::ranges::upper_bound(days_, at);
  if (after == days_.begin()) return std::nullopt;
  return *std::prev(after);
}

bool EventFeed::has_day_of(Timestamp at) const {
  return std::ranges::binary_search(days_, utc_day(at), {}, utc_day);
}

}  // namespace qm::reco
