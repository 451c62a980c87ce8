#include "RecoEngine-featurestore/app/shadow_scores.hpp"

#include <cmath>
#include <utility>

#include "platform/core/fnv1a.hpp"

namespace qm::reco {

namespace {

ShadowCounts nobody_of(const ShadowFigures& figures) {
  const std::vector<std::int64_t> none(kScoreCells);
  return {figures.champion, figures.shadow, none, none};
}

}  // namespace

void ShadowScores::add(std::string_view customer, const std::string& champion, double champion_score,
                       const std::string& shadow, double shadow_score) {
  const std::uint64_t hash = fnv1a(customer);
  const std::size_t champion_cell = score_cell(champion_score), shadow_cell = score_cell(shadow_score);
  std::lock_guard lock{mutex_};
  if (figures_.champion != champion || figures_.shadow != shadow) {
    figures_ = {};
    figures_.champion = champion;
    figures_.shadow = shadow;
    figures_.scores.candidate.assign(kScoreCells, 0);
    figures_.scores.champion.assign(kScoreCells, 0);
    untold_ = nobody_of(figures_);
    told_ = true;
    seen_.clear();
  }
  if (seen_.size() >= kMostCustomers || !seen_.insert(hash).second) return;
  ++figures_.scores.champion[champion_cell];
  ++figures_.scores.candidate[shadow_cell];
  ++untold_.champion_cells[champion_cell];
  ++untold_.shadow_cells[shadow_cell];
  told_ = false;
  ++figures_.customers;
  const double difference = std::abs(champion_score - shadow_score);
  figures_.mean_difference += (difference - figures_.mean_difference) / static_cast<double>(figures_.customers);
}

std::optional<ShadowFigures> ShadowScores::figures() const {
  std::lock_guard lock{mutex_};
  if (figures_.customers == 0) return std::nullopt;
  return figures_;
}

std::optional<ShadowCounts> ShadowScores::take() {
  std::lock_guard lock{mutex_};
  if (std::exchange(told_, true)) return std::nullopt;
  return std::exchange(untold_, nobody_of(figures_));
}

}  // namespace qm::reco
