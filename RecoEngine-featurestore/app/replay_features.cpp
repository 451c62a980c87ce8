#include "RecoEngine-featurestore/app/replay_features.hpp"

namespace qm::reco {

Task<Result<FeatureVector>> ReplayFeatures::at(UserId user, Timestamp cutoff) {
  const Timestamp now = clock_.now();
  UserId of_events = user;
  auto events = co_await events_.read_all(std::move(of_events), now);
  if (!events) co_return events.error();
  auto tellings = co_await features_.history(std::move(user), now);
  if (!tellings) co_return tellings.error();
  const CustomerState state = state_of(std::move(*events), cutoff);
  const bool knows_events = !state.months.empty();
  co_return features_at(ingested_at(*tellings, cutoff), knows_events ? &state : nullptr, cutoff);
}

}  // namespace qm::reco
