// What is known of each customer: one record per feature group with what was ingested (set = the group's name, id = the
// customer's), beside the state that events come to (event_store.hpp). Every telling is also kept as it came, with its
// time, a record per customer and month (set "feature_history"), so that training sets know what was known when.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/customer_state.hpp"
#include "RecoEngine-featurestore/domain/feature_history.hpp"
#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

inline constexpr std::int64_t kMaxTellingsPerMonth = 1'000;  // of a customer; of more the latest are kept

struct KnownFeatures {
  FeatureVector ingested;              // stale values included
  std::optional<CustomerState> state;  // nothing: no events are known
};

// Thread-safe.
class FeatureStore {
 public:
  // The history is kept for `keep`.
  FeatureStore(kv::Store& store, std::chrono::hours keep) : store_(store), keep_(keep) {}

  // Sets the named features of one group at once; the others keep their values. The record lives a little longer
  // than the group's most lasting feature. Precondition: every change belongs to `group` and was accepted by the table.
  Task<Result<void>> merge(UserId user, FeatureGroup group, std::vector<FeatureChange> changes, Timestamp now);

  // All six groups and the state in one round trip. NotFound when nothing is known of the customer.
  Task<Result<KnownFeatures>> read(UserId user);

  // What was ingested until `now` and is kept, in the order in which it came.
  Task<Result<std::vector<FeatureTelling>>> history(UserId user, Timestamp now);

 private:
  Task<Result<void>> keep_telling(UserId user, FeatureTelling telling);

  kv::Store& store_;
  const std::chrono::hours keep_;
};

}  // namespace qm::reco
