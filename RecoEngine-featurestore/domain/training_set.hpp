// What a model is trained on, as its recipe: the simulation is deterministic, so the recipe is the data.
#pragma once
#include <cstdint>
#include <numeric>
#include <vector>

#include "platform/core/clock.hpp"

namespace qm::reco {

inline constexpr std::int64_t kMaxTrainingSamples = 100'000;

struct TrainingBatch {
  std::int64_t samples = 0;
  std::uint64_t seed = 0;  // of the same seed, a later batch continues where the earlier ones ended
  Timestamp generated_at{};
  friend bool operator==(const TrainingBatch&, const TrainingBatch&) = default;
};

struct TrainingSet {
  std::vector<TrainingBatch> batches;  // oldest first

  std::int64_t total() const {
    return std::accumulate(batches.begin(), batches.end(), std::int64_t{0},
                           [](std::int64_t sum, const TrainingBatch& batch) { return sum + batch.samples; });
  }
  friend bool operator==(const TrainingSet&, const TrainingSet&) = default;
};

}  // namespace qm::reco
