#pragma once
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
  GenerateTrainingData(TrainingSetStore& sets, CpuPool& pool, const Clock& clock) : sets_(sets), pool_(pool), clock_(clock) {}

  // A seed used before continues where it ended. Conflict when there would be more than kMaxTrainingSamples;
  // Unavailable when too many generate at once.
  Task<Result<GeneratedData>> run(std::int64_t samples, std::uint64_t seed, bool clear_existing);

 private:
  TrainingSetStore& sets_;
  CpuPool& pool_;
  const Clock& clock_;
};

}  // namespace qm::reco
