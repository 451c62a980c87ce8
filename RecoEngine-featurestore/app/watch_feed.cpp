#include "RecoEngine-featurestore/app/watch_feed.hpp"

#include <iterator>

namespace qm::reco {

namespace {

std::shared_ptr<const EventFeed> with(const EventFeed& feed, std::vector<Timestamp> known_at) {
  known_at.insert(known_at.end(), feed.days().begin(), feed.days().end());
  return std::make_shared<const EventFeed>(std::move(known_at));
}

}  // namespace

Task<Result<void>> WatchFeed::follow() {
  auto known_at = co_await events_.feed();
  if (!known_at) co_return known_at.error();
  for (bool added = false; !added;) {
    const auto before = feed();
    added = feed_.replace(before, with(*before, *known_at));
  }
  co_return Result<void>{};
}

Task<Result<void>> WatchFeed::note(std::vector<Timestamp> known_at) {
  const auto known = feed();
  std::erase_if(known_at, [&known](Timestamp at) { return known->has_day_of(at); });
  if (known_at.empty()) co_return Result<void>{};
  const EventFeed fresh{std::move(known_at)};
  auto written = co_await events_.note_feed(fresh.days());
  if (!written) co_return written.error();
  for (bool added = false; !added;) {
    const auto before = feed();
    added = feed_.replace(before, with(*before, fresh.days()));
  }
  co_return Result<void>{};
}

}  // namespace qm::reco
