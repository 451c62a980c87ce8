#pragma once
#include <atomic>

#include "RecoEngine-featurestore/store/training_set_store.hpp"
#include "platform/core/runtime.hpp"

namespace qm::reco {

struct GeneratedData {
  std::int64_t generated = 0;
  std::int64_t total = 0;
  Timestamp generated_at{};
};

// Simulates customers and adds them to the training data. Thread-safe.
class GenerateTrainingData {
 public:
  // `pool` runs the simulation.
  GenerateTrainingData(TrainingSetStore& sets, CpuPool& pool, const Clock& clock)
      : sets_(sets), pool_(pool), clock_(clock) {}

  // A seed used before continues where it ended. Conflict when there would be more than kMaxTrainingSamples;
  // Unavailable when too many generate at once.
  Task<Result<GeneratedData>> run(std::int64_t samples, std::uint64_t seed, bool clear_existing);
  // Ends what runs, with Unavailable; nothing begins after it.
  void stop() { stopped_ = true; }

 private:
  std::int64_t simulate(const TrainingBatch& batch) const;

  TrainingSetStore& sets_;
  CpuPool& pool_;
  const Clock& clock_;
  std::atomic<bool> stopped_{false};
};

}  // namespace qm::reco
