// What a model in shadow says beside the champion, on the customers who are scored here. Thread-safe.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"

namespace qm::reco {

struct ShadowFigures {
  std::string champion, shadow;  // versions
  ShadowTrial scores;
  std::int64_t customers = 0;
  double mean_difference = 0;  // of the two scores, without sign
};

class ShadowScores {
 public:
  // Begins anew when either version is another one than before.
  void add(const std::string& champion, double champion_score, const std::string& shadow, double shadow_score) {
    std::lock_guard lock{mutex_};
    if (figures_.champion != champion || figures_.shadow != shadow) {
      figures_ = {};
      figures_.champion = champion;
      figures_.shadow = shadow;
      figures_.scores.candidate.assign(kScoreCells, 0);
      figures_.scores.champion.assign(kScoreCells, 0);
    }
    ++figures_.scores.champion[score_cell(champion_score)];
    ++figures_.scores.candidate[score_cell(shadow_score)];
    ++figures_.customers;
    const double difference = champion_score < shadow_score ? shadow_score - champion_score
                                                            : champion_score - shadow_score;
    figures_.mean_difference += (difference - figures_.mean_difference) / static_cast<double>(figures_.customers);
  }
  // Nothing before the first.
  std::optional<ShadowFigures> figures() const {
    std::lock_guard lock{mutex_};
    if (figures_.customers == 0) return std::nullopt;
    return figures_;
  }

 private:
  mutable std::mutex mutex_;
  ShadowFigures figures_;
};

}  // namespace qm::reco
