// What is known of each customer: one record per feature group (set = the group's name, id = the customer's).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"
#include "RecoEngine-featurestore/domain/feature.hpp"
#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

// Row of the feature table, and its new value; nullopt: no longer known.
using FeatureChange = std::pair<std::size_t, std::optional<FeatureValue>>;

// Thread-safe.
class FeatureStore {
 public:
  explicit FeatureStore(kv::Store& store) : store_(store) {}

  // Sets the named features of one group at once; the others keep their values. The record lives as long as the
  // group's most lasting feature. Precondition: every change belongs to `group` and was accepted by the table.
  Task<Result<void>> merge(UserId user, FeatureGroup group, std::vector<FeatureChange> changes, Timestamp now);

  // What events say, each as of its time: where something later is known of a feature, that stands; of one moment the
  // greater value does. `abandoned` are counted besides (domain/event.hpp; of group realtime only). One step on one
  // record, and idempotent: the same again, in any order, comes to the same. Precondition as above.
  Task<Result<void>> advance(UserId user, FeatureGroup group, std::vector<DatedFeature> dated,
                             std::vector<Event> abandoned, Timestamp now);

  // All six groups in one round trip, old values included. NotFound when nothing is known of the customer.
  Task<Result<FeatureVector>> read(UserId user);

 private:
  kv::Store& store_;
};

}  // namespace qm::reco
