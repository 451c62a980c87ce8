// A training set of the customers that the log of events knows: each as serving would have seen them at several moments
// of the past, and whether they left after it.
#pragma once
#include <atomic>
#include <functional>

#include "RecoEngine-featurestore/app/replay_features.hpp"
#include "RecoEngine-featurestore/training/labelled_crowd.hpp"

namespace qm::reco {

// Thread-safe.
class CollectSamples {
 public:
  // All references outlive it. Events may come `late`. `most`: samples, of at least one customer.
  CollectSamples(EventStore& events, ReplayFeatures& replay, const Clock& clock, std::chrono::hours late,
                 std::size_t most = kMaxCollectedSamples)
      : events_(events), replay_(replay), clock_(clock), late_(late), most_(most) {}

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
  const std::chrono::hours late_;
  const std::size_t most_;
};

}  // namespace qm::reco
