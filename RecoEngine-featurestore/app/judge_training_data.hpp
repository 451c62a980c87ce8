#pragma once
#include <atomic>
#include <mutex>
#include <optional>

#include "RecoEngine-featurestore/store/training_set_store.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"
#include "platform/core/runtime.hpp"

namespace qm::reco {

// How good the training data is. Thread-safe.
class JudgeTrainingData {
 public:
  // `pool` simulates and counts, once for each set.
  JudgeTrainingData(TrainingSetStore& sets, CpuPool& pool) : sets_(sets), pool_(pool) {}

  // Unavailable when the pool is full.
  Task<Result<DataQuality>> run();
  // Ends what runs, with Unavailable; nothing begins after it.
  void stop() { stopped_ = true; }

 private:
  struct Judged {
    TrainingSet set;
    DataQuality quality;
  };

  TrainingSetStore& sets_;
  CpuPool& pool_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::optional<Judged> last_;
};

}  // namespace qm::reco
