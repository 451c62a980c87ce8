#include "RecoEngine-featurestore/training/training_samples.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

// One batch per seed, in the order in which the seeds came up.
std::vector<TrainingBatch> merged(const TrainingSet& set) {
  std::vector<TrainingBatch> by_seed;
  for (const auto& batch : set.batches) {
    const auto same =
        std::find_if(by_seed.begin(), by_seed.end(), [&](const auto& other) { return other.seed == batch.seed; });
    if (same == by_seed.end()) {
      by_seed.push_back(batch);
    } else {
      same->samples += batch.samples;
    }
  }
  return by_seed;
}

}  // namespace

Result<std::vector<TrainingSample>> training_samples(const TrainingSet& set,
                                                     const std::function<void(double)>& progress,
                                                     const std::atomic<bool>& cancelled) {
  const auto total = static_cast<std::size_t>(set.total());
  std::vector<TrainingSample> samples;
  samples.reserve(total);
  for (const auto& batch : merged(set)) {
    CustomerStream customers{batch.seed, batch.generated_at};
    for (std::int64_t i = 0; i < batch.samples; ++i) {
      if (cancelled) return rejected("The training was cancelled.");
      samples.push_back(customers.next());
      progress(static_cast<double>(samples.size()) / static_cast<double>(total));
    }
  }
  return samples;
}

}  // namespace qm::reco
