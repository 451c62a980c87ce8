// A training set of the customers that the log of events knows: each as serving would have seen them at several moments
// of the past, and whether they left after it.
#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "RecoEngine-featurestore/app/replay_features.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"
#include "RecoEngine-featurestore/training/training_cutoffs.hpp"

namespace qm::reco {

inline constexpr std::size_t kMaxCollectedSamples = 50'000;
inline constexpr std::size_t kMinLearners = 20;    // customers to learn from
inline constexpr std::size_t kMinOfEachKind = 10;  // samples of those who left and of those who stayed, in both parts

struct CollectedSamples {
  std::vector<TrainingSample> samples;  // by cutoff, then by customer
  SampleSplit split;                    // test: the newest cutoff; validation: every sixth customer at the others
  std::vector<Timestamp> cutoffs;       // newest first
};

// Thread-safe.
class CollectSamples {
 public:
  // All references outlive it. `most`: samples, of at least one customer.
  CollectSamples(EventStore& events, ReplayFeatures& replay, const Clock& clock,
                 std::size_t most = kMaxCollectedSamples)
      : events_(events), replay_(replay), clock_(clock), most_(most) {}

  // Whether there is anything to read.
  Task<Result<bool>> knows_anybody();

  // Walks over all customers, one after another. The same log at the same moment gives the same set, on any engine. Of
  // a log that gives more than `most` samples, customers are left out, by a hash of their id. `progress` gets 0…1,
  // ever more slowly: nobody knows how many customers there are. Rejected, with what to do, when too few are known, or
  // when `cancelled`, which outlives the task, becomes true. The store's errors.
  Task<Result<CollectedSamples>> run(std::function<void(double)> progress, const std::atomic<bool>* cancelled);

 private:
  EventStore& events_;
  ReplayFeatures& replay_;
  const Clock& clock_;
  const std::size_t most_;
};

}  // namespace qm::reco
