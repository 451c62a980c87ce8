// Picks scores whose outcome is to be waited for. Thread-safe.
#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "RecoEngine-featurestore/domain/churn_score.hpp"
#include "RecoEngine-featurestore/store/observed_score_store.hpp"

namespace qm::reco {

class ObserveScores {
 public:
  // Between two calls of write(); what comes beyond is not observed, so that a crowd costs what a few do.
  static constexpr std::size_t kMostWaiting = 256;

  // `scores` outlives it. An outcome is looked for so long after the horizon as events may come late.
  ObserveScores(ObservedScoreStore& scores, std::chrono::hours events_late)
      : scores_(scores), events_late_(events_late) {}

  // Remembers the score until write(). Cheap.
  void add(const ChurnScore& score, std::chrono::days horizon);

  // Writes down what was remembered; call every second. A customer who is observed already stays as they are. On an
  // error of the store it is forgotten: there will be others.
  Task<Result<void>> write();

  std::int64_t observed() const noexcept { return observed_.load(std::memory_order_relaxed); }  // since the start

 private:
  ObservedScoreStore& scores_;
  const std::chrono::hours events_late_;
  std::mutex mutex_;
  std::vector<ObservedScore> waiting_;
  std::atomic<bool> full_{false};
  std::atomic<std::int64_t> observed_{0};
};

}  // namespace qm::reco
