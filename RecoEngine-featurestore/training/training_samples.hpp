// The samples that a recipe gives.
#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "RecoEngine-featurestore/domain/training_set.hpp"
#include "RecoEngine-featurestore/training/synthetic_customers.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

// Deterministic. No customer is there twice: batches of one seed continue each other. Slow: a tenth of a
// millisecond a sample. `progress` gets 0…1. Rejected when `cancelled` becomes true.
Result<std::vector<TrainingSample>> training_samples(const TrainingSet& set,
                                                     const std::function<void(double)>& progress,
                                                     const std::atomic<bool>& cancelled);

}  // namespace qm::reco
