#include "RecoEngine-featurestore/app/replay_features.hpp"

namespace qm::reco {

FeatureVector CustomerHistory::features_at(Timestamp cutoff) const {
  const CustomerState state = state_of(events, cutoff);
  const bool knows_events = !state.months.empty();
  const auto feed_heard = feed ? feed->heard(cutoff) : std::nullopt;
  return reco::features_at(ingested_at(tellings, cutoff), knows_events ? &state : nullptr, cutoff, feed_heard);
}

Task<Result<CustomerHistory>> ReplayFeatures::history(UserId user) {
  const Timestamp now = clock_.now();
  UserId of_events = user;
  auto events = co_await events_.read_all(std::move(of_events), now);
  if (!events) co_return events.error();
  auto tellings = co_await features_.history(std::move(user), now);
  if (!tellings) co_return tellings.error();
  CustomerHistory history;
  history.events = std::move(*events);
  history.tellings = std::move(*tellings);
  if (feed_ != nullptr) history.feed = feed_->feed();
  co_return history;
}

Task<Result<FeatureVector>> ReplayFeatures::at(UserId user, Timestamp cutoff) {
  auto known = co_await history(std::move(user));
  if (!known) co_return known.error();
  co_return known->features_at(cutoff);
}

}  // namespace qm::reco
