// What a model in shadow says beside the champion, summed up over all instances: a record of the set "shadow_score" for
// each two versions. An estimate of a distribution: what was counted in doubt may count twice.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"

namespace qm::reco {

// Customers by cells of the score, of both models in the same cells.
struct ShadowCounts {
  std::string champion, shadow;  // versions
  std::vector<std::int64_t> champion_cells, shadow_cells;
};

// Thread-safe.
class ShadowScoreStore {
 public:
  static constexpr std::size_t kMaxCells = 100;
  static constexpr std::chrono::days kKeep{90};  // after the last customer

  // `store` outlives it.
  explicit ShadowScoreStore(kv::Store& store) : store_(store) {}

  // Adds to what is counted, in one step. Invalid for more than kMaxCells.
  Task<Result<void>> add(ShadowCounts counts);
  // No cells when nobody was counted.
  Task<Result<ShadowCounts>> read(std::string champion, std::string shadow);

 private:
  kv::Store& store_;
};

}  // namespace qm::reco
