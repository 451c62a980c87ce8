// What a model in shadow says beside the champion, on the customers who are scored here. Thread-safe.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"
#include "RecoEngine-featurestore/store/shadow_score_store.hpp"

namespace qm::reco {

struct ShadowFigures {
  std::string champion, shadow;  // versions
  ShadowTrial scores;
  std::int64_t customers = 0;
  double mean_difference = 0;  // of the two scores, without sign
};

class ShadowScores {
 public:
  static constexpr std::size_t kMostCustomers = 10'000;  // more are not counted: they would say nothing new

  // Each customer counts once, with the first score: the same one asked about again and again is no sample of many.
  // Begins anew when either version is another one than before.
  void add(std::string_view customer, const std::string& champion, double champion_score, const std::string& shadow,
           double shadow_score);
  // Nothing before the first.
  std::optional<ShadowFigures> figures() const;
  // What came since it was asked last; nothing: nobody.
  std::optional<ShadowCounts> take();

 private:
  mutable std::mutex mutex_;
  ShadowFigures figures_;
  std::unordered_set<std::uint64_t> seen_;  // hashes of customers
  ShadowCounts untold_;
  bool told_ = true;
};

}  // namespace qm::reco
