// The customers a model is asked about, as counts in the bins of what it was trained on: the latest few thousand of
// them, per instance and in memory. Thread-safe.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/evaluation/drift.hpp"

namespace qm::reco {

struct DriftReport {
  std::int64_t customers = 0;         // in the window
  std::vector<DriftFigure> features;  // as the reference names them
  DriftFigure scores;

  std::int64_t drifted() const noexcept;  // how many of all, the scores among them
};

class DriftWatch {
 public:
  // The window holds between half and all of them.
  static constexpr std::size_t kCustomers = 8'192;

  // nullptr when the reference is not of this build's features.
  static std::shared_ptr<DriftWatch> over(DriftReference reference);

  // A customer counts once while they are in the window: the same one asked about again and again is no sample of many.
  // Cheap: allocates nothing, and locks a shard of the window for the time of some forty increments.
  void add(std::string_view customer, const std::vector<float>& row, double score) noexcept;

  // Against the reference, over all that is in the window.
  DriftReport report() const;

 private:
  static constexpr std::size_t kShards = 8;
  static constexpr std::size_t kHalf = kCustomers / kShards / 2;  // customers
  static constexpr std::size_t kSlots = 2 * kHalf;                // of a table of hashes, so never more than half full

  using Bins = std::array<std::uint32_t, kMaxDriftBins>;
  struct Half {
    std::array<std::uint64_t, kSlots> hashes{};  // 0: free
    std::vector<Bins> counts;                    // per feature, and the scores last
    std::uint32_t customers = 0;

    bool knows(std::uint64_t hash) const noexcept;
    void insert(std::uint64_t hash) noexcept;
    void clear() noexcept;
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::array<Half, 2> halves;  // the older one is forgotten when the newer is full
    std::size_t newer = 0;
  };

  explicit DriftWatch(DriftReference reference);

  DriftReference reference_;
  std::array<Shard, kShards> shards_;
};

}  // namespace qm::reco
