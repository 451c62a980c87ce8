// The training set that a recipe gives: simulated customers, each seen at several moments of the simulated time, by the
// rules of one from the log of events (labelled_crowd.hpp).
#pragma once
#include <atomic>
#include <functional>

#include "RecoEngine-featurestore/domain/training_set.hpp"
#include "RecoEngine-featurestore/training/labelled_crowd.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

// Deterministic. The recipe's customers are those that count at kSampleCutoff, the newest cutoff, where `test_size` of
// them judge and the others calibrate; learned from is what they did before. No customer is there twice: batches of one
// seed continue each other. Of a recipe that gives more than kMaxTrainingSamples samples at all cutoffs, customers are
// left out. Slow: two tenths of a millisecond a customer. `progress` gets 0…1. Rejected when there are too few, or when
// `cancelled` becomes true.
Result<CollectedSamples> training_samples(const TrainingSet& set, double test_size,
                                          const std::function<void(double)>& progress,
                                          const std::atomic<bool>& cancelled);

}  // namespace qm::reco
