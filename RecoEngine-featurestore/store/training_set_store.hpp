// The recipe of the training data: one record, {set "training", id "set"}.
#pragma once
#include "RecoEngine-featurestore/domain/training_set.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

// Conflict, with a sentence.
Error too_many_samples(std::int64_t total);

// Thread-safe.
class TrainingSetStore {
 public:
  explicit TrainingSetStore(kv::Store& store) : store_(store) {}

  // Empty before the first batch.
  Task<Result<TrainingSet>> read();
  // Adds a batch, or makes it the only one. → the set as it is then. Conflict when there would be more than
  // kMaxTrainingSamples.
  Task<Result<TrainingSet>> add(TrainingBatch batch, bool clear_existing);

 private:
  kv::Store& store_;
};

}  // namespace qm::reco
