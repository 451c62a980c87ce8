#include "RecoEngine-featurestore/app/receive_events.hpp"

#include <map>

namespace qm::reco {

namespace {

// The features of one group among `dated`.
std::vector<DatedFeature> in_group(const std::vector<DatedFeature>& dated, FeatureGroup group) {
  std::vector<DatedFeature> found;
  for (const auto& each : dated)
    if (feature_table()[each.feature].group == group) found.push_back(each);
  return found;
}

}  // namespace

Task<Result<EventsAdded>> ReceiveEvents::take(UserId user, std::vector<Event> events) {
  auto added = co_await events_.add(user, events);
  if (!added) co_return added;
  // Of those that were known too: whoever kept them may have died before this.
  std::vector<DatedFeature> dated = features_of(events);
  if (auto clicks = session_clicks_of(added->of_days)) dated.push_back(std::move(*clicks));
  const Timestamp now = clock_.now();
  for (const auto group : kFeatureGroups) {
    std::vector<DatedFeature> of_group = in_group(dated, group);
    std::vector<Event> counted;
    if (group == FeatureGroup::realtime)
      for (const Event& event : events)
        if (event.type == EventType::cart_abandoned) counted.push_back(event);
    if (of_group.empty() && counted.empty()) continue;
    auto informed = co_await features_.advance(user, group, std::move(of_group), std::move(counted), now);
    if (!informed) co_return informed.error();
  }
  co_return added;
}

Task<Result<EventsTaken>> ReceiveEvents::run(std::vector<Event> events) {
  EventsTaken taken;
  const Timestamp now = clock_.now();
  std::map<UserId, std::vector<Event>> by_user;
  for (Event& event : events) {
    const auto why = why_not_kept(event, now, events_.keep());
    if (!why.empty()) taken.refused.push_back({event.id.str(), std::string{why}});
    else by_user[event.user_id].push_back(std::move(event));
  }
  for (auto& [user, of_user] : by_user) {
    auto added = co_await take(user, std::move(of_user));
    if (!added) co_return added.error();
    taken.accepted += static_cast<std::int64_t>(added->added.size());
    taken.duplicates += static_cast<std::int64_t>(added->known.size());
    for (const EventId& id : added->over) taken.refused.push_back({id.str(), "the customer has too many on that day"});
  }
  accepted_ += taken.accepted;
  duplicates_ += taken.duplicates;
  refused_ += static_cast<std::int64_t>(taken.refused.size());
  co_return taken;
}

Task<Result<EventPage>> ReceiveEvents::list(UserId user, Timestamp from, std::size_t limit) {
  EventPage page;
  EventStore::Visit take = [&page, limit](Event event) {
    if (page.events.size() >= limit && event.at != page.events.back().at) {
      page.next_from = event.at;
      return false;
    }
    page.events.push_back(std::move(event));
    return true;
  };
  auto walked = co_await events_.walk(std::move(user), from, std::move(take));
  if (!walked) co_return walked.error();
  co_return page;
}

}  // namespace qm::reco
