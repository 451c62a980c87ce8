// Scores and their outcomes: a record per customer (set "observed_score"), so that no customer counts twice among those
// that a model is judged by. It waits until its outcome is known, is kept with it for a while, and expires; only then
// may another score of this customer be observed. Thread-safe.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/observed_score.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

// How long an outcome is kept, and how far back models are judged by them.
inline constexpr std::chrono::days kKeepOutcomes{90};

struct WaitingScore {
  ObservedScore observed;
  std::uint32_t generation = 0;  // of its record as it was read
};

struct WaitingPage {
  std::vector<WaitingScore> scores;
  std::string cursor;  // pass to the next call; empty: no more
};

struct JudgedPage {
  std::vector<JudgedScore> scores;
  std::string cursor;  // pass to the next call; empty: no more
};

class ObservedScoreStore {
 public:
  explicit ObservedScoreStore(kv::Store& store) : store_(store) {}

  // Declares the indexes; call once before anything else.
  Task<Result<void>> open();

  // Each is to be judged `late` after its horizon is over. → how many are: a customer who has one already keeps it. At
  // most 1,000 (TooLarge). Lost with the power: it is a sample.
  Task<Result<std::int64_t>> observe(std::vector<ObservedScore> scores, std::chrono::hours late);

  // Those to judge at `now`. `limit`: 1…1,000.
  Task<Result<WaitingPage>> due(Timestamp now, std::string cursor, std::size_t limit);
  // Says what became of it. GenerationMismatch or NotFound: somebody else did.
  Task<Result<void>> judge(WaitingScore waiting, bool left, Timestamp now);
  // Nobody knows what became of it. Errors as judge().
  Task<Result<void>> set_aside(WaitingScore waiting);

  // Those judged from `from` until just before `to`. `limit`: 1…1,000.
  Task<Result<JudgedPage>> judged(Timestamp from, Timestamp to, std::string cursor, std::size_t limit);

 private:
  Task<Result<void>> end_waiting(WaitingScore waiting, kv::Bins outcome);

  kv::Store& store_;
};

}  // namespace qm::reco
