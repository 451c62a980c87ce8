// What was known of a customer at a moment in the past: exactly what a prediction would have seen then. Training sets
// are made of it.
#pragma once
#include <memory>

#include "RecoEngine-featurestore/app/watch_feed.hpp"
#include "RecoEngine-featurestore/domain/event_feature.hpp"
#include "RecoEngine-featurestore/store/event_store.hpp"
#include "RecoEngine-featurestore/store/feature_store.hpp"

namespace qm::reco {

// All that is kept of one customer. Pure.
struct CustomerHistory {
  std::vector<KnownEvent> events;  // in any order
  std::vector<FeatureTelling> tellings;  // in the order in which they came
  std::shared_ptr<const EventFeed> feed;  // of all customers; null: events came all the time

  // As ReplayFeatures::at().
  FeatureVector features_at(Timestamp cutoff) const;
};

// Thread-safe.
class ReplayFeatures {
 public:
  // All references outlive it. Without a `feed` events are taken to have come all the time.
  ReplayFeatures(EventStore& events, FeatureStore& features, const Clock& clock, const WatchFeed* feed = nullptr)
      : events_(events), features_(features), clock_(clock), feed_(feed) {}

  // Stale values included, as FeatureVector::fresh() takes them away. Events that had not been told by `cutoff` change
  // nothing, whenever they happened. As far back as events are kept. The store's errors.
  Task<Result<FeatureVector>> at(UserId user, Timestamp cutoff);
  // For several moments at one reading. The store's errors.
  Task<Result<CustomerHistory>> history(UserId user);

 private:
  EventStore& events_;
  FeatureStore& features_;
  const Clock& clock_;
  const WatchFeed* const feed_;
};

}  // namespace qm::reco
