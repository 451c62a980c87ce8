// A score that was acted on, waiting for what its customer does within the horizon that the model speaks of.
#pragma once
#include <chrono>
#include <string>

#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/core/clock.hpp"

namespace qm::reco {

struct ObservedScore {
  UserId user_id;
  std::string model_version;
  double churn_probability = 0;  // 0…1
  Timestamp scored_at{};
  std::chrono::days horizon{};  // who buys within it after `scored_at` has stayed
};

// An observed score whose outcome is known.
struct JudgedScore {
  ObservedScore observed;
  bool left = false;
  Timestamp judged_at{};
};

}  // namespace qm::reco
