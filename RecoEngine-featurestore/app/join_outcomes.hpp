// What became of those who were scored: looks up outcomes as they are due, and says from the latest of them how well
// scores did on customers nobody knew the outcome of. Thread-safe.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/evaluation/scores.hpp"
#include "RecoEngine-featurestore/store/event_store.hpp"
#include "RecoEngine-featurestore/store/observed_score_store.hpp"
#include "platform/core/snapshot.hpp"

namespace qm::reco {

// Of fewer who left, or who stayed, no area is told: chance would say it.
inline constexpr std::int64_t kMinOutcomesOfEachKind = 10;

struct LiveAccuracy {
  std::string model_version;  // empty: of all, whichever model answered
  ScoreReport scores;
  bool enough = false;       // for what needs both kinds
  double roc_auc_error = 0;  // its standard error; 0 unless `enough`
};

struct LiveOutcomes {
  Timestamp counted_at{};
  Timestamp oldest{}, newest{};      // when the scores that are counted were given
  LiveAccuracy all;
  std::vector<LiveAccuracy> models;  // newest version first
};

class JoinOutcomes {
 public:
  // The latest outcomes that models are judged by: an area's standard error is half a hundredth then.
  static constexpr std::size_t kMostCounted = 10'000;
  // Looked up in one run(): the rest waits for the next.
  static constexpr std::size_t kMostJudged = 2'000;

  // All of them outlive it.
  JoinOutcomes(ObservedScoreStore& scores, EventStore& events, const Clock& clock)
      : scores_(scores), events_(events), clock_(clock) {}

  // Looks up outcomes that are due; call every minute, on any number of instances. A customer of whom no order was
  // known when they were scored has none. The store's errors.
  Task<Result<void>> run();

  // Counts anew; call every some minutes. The store's errors; the figures stay then.
  Task<Result<void>> count();

  // nullptr before the first outcome was counted.
  std::shared_ptr<const LiveOutcomes> figures() const { return figures_.load(); }
  std::int64_t judged() const noexcept { return judged_.load(std::memory_order_relaxed); }  // here, since the start

 private:
  Task<Result<void>> judge(WaitingScore waiting, Timestamp now);

  ObservedScoreStore& scores_;
  EventStore& events_;
  const Clock& clock_;
  Snapshot<LiveOutcomes> figures_;
  std::atomic<std::int64_t> judged_{0};
};

}  // namespace qm::reco
