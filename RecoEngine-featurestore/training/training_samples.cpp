#include "RecoEngine-featurestore/training/training_samples.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

constexpr std::chrono::hours kNothingIsLate{0};
// Of the simulated shop, of which nothing is learned: too little is known of anybody. So each cutoff to learn at has
// half a year before it.
constexpr std::chrono::days kFirstDays{90};
// Simulated customers are news to nobody: where there are few of a kind, more can be had.
constexpr std::size_t kMinSimulatedOfEachKind = 2;

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

Result<CollectedSamples> training_samples(const TrainingSet& set, double test_size,
                                          const std::function<void(double)>& progress,
                                          const std::atomic<bool>& cancelled) {
  const auto total = static_cast<double>(set.total());
  double made = 0;
  const Timestamp now = kSampleCutoff + LabelRule{}.horizon;  // when the labels of the newest cutoff are known
  LabelledCrowd crowd{now, sample_shop(0).begin + kFirstDays, kNothingIsLate, kMaxTrainingSamples};
  crowd.judged_by(test_size, kMinSimulatedOfEachKind);
  for (const auto& batch : merged(set)) {
    CustomerStream customers{batch.seed};
    for (std::int64_t i = 0; i < batch.samples; ++i) {
      if (cancelled) return rejected("The training was cancelled.");
      const SeenCustomer customer = customers.next_seen(crowd.candidates());
      crowd.add(customer.id.str(), customer.orders, [&](Timestamp cutoff) {
        const auto place = std::ranges::find(crowd.candidates(), cutoff) - crowd.candidates().begin();
        return customer.seen[static_cast<std::size_t>(place)];
      });
      progress(++made / total);
    }
  }
  auto samples = std::move(crowd).finish();
  if (!samples) return rejected("Of " + std::to_string(set.total()) + " simulated customers there are too few to learn "
                                "from and to judge by: POST /train/generate-data with more samples.");
  samples->split.other_season = false;  // there are none where they live
  return samples;
}

}  // namespace qm::reco
