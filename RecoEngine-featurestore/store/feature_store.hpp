// What was ingested of each customer, in the customer's record (customer_record.hpp), beside the state that events come
// to. Every telling is also kept as it came, with its time, a record per customer and month (set "feature_history"), so
// that training sets know what was known when.
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

  // Sets the named features at once; the others keep their values. Precondition: the table accepted every change.
  Task<Result<void>> merge(UserId user, std::vector<FeatureChange> changes, Timestamp now);

  // All of it, and the state: one record. NotFound when nothing is known of the customer.
  Task<Result<KnownFeatures>> read(UserId user);

  // What was ingested until `now` and is kept, in the order in which it came.
  Task<Result<std::vector<FeatureTelling>>> history(UserId user, Timestamp now);

 private:
  Task<Result<void>> keep_telling(UserId user, FeatureTelling telling);

  kv::Store& store_;
  const std::chrono::hours keep_;
};

}  // namespace qm::reco
