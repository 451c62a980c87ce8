#include "RecoEngine-featurestore/app/observe_scores.hpp"

namespace qm::reco {

void ObserveScores::add(const ChurnScore& score, std::chrono::days horizon) {
  if (full_.load(std::memory_order_relaxed)) return;
  ObservedScore observed{score.user_id, score.model_version, score.churn_probability, score.scored_at, horizon};
  std::lock_guard lock{mutex_};
  if (waiting_.size() >= kMostWaiting) return;
  waiting_.push_back(std::move(observed));
  full_.store(waiting_.size() >= kMostWaiting, std::memory_order_relaxed);
}

Task<Result<void>> ObserveScores::write() {
  std::vector<ObservedScore> taken;
  {
    std::lock_guard lock{mutex_};
    taken.swap(waiting_);
    full_.store(false, std::memory_order_relaxed);
  }
  if (taken.empty()) co_return Result<void>{};
  auto observed = co_await scores_.observe(std::move(taken), events_late_);
  if (!observed) co_return observed.error();
  observed_.fetch_add(*observed, std::memory_order_relaxed);
  co_return Result<void>{};
}

}  // namespace qm::reco
