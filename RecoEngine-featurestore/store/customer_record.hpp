// What is known of a customer at present is one record (set "customer_state"), so that a prediction reads one: the
// state that events come to in one bin (event_store.hpp), what was ingested in a bin per feature (feature_store.hpp).
// Either may be missing. Each writes its own bins only, and the record lives on for as long as either needs it.
#pragma once
#include <algorithm>
#include <chrono>

#include "RecoEngine-featurestore/domain/feature.hpp"
#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

inline constexpr const char* kCustomerSet = "customer_state";
inline constexpr const char* kStateBin = "state";  // no feature has this name

inline kv::Key customer_key(const UserId& user) { return {kCustomerSet, user.str()}; }

// From its last change on. `keep`: how long events are kept. An hour more than any feature is good for, so that no
// engine's clock takes a value away that is not stale yet.
inline std::chrono::hours customer_time_to_live(std::chrono::hours keep) noexcept {
  return std::max(keep, longest_time_to_live() + std::chrono::hours{1});
}

}  // namespace qm::reco
