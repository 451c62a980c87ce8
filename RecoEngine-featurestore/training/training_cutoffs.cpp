#include "RecoEngine-featurestore/training/training_cutoffs.hpp"

#include <algorithm>

#include "RecoEngine-featurestore/domain/event_feature.hpp"

namespace qm::reco {

TrainingCutoffs training_cutoffs(Timestamp now, Timestamp oldest, std::chrono::hours late, const LabelRule& rule) {
  const std::chrono::milliseconds horizon = rule.horizon;
  TrainingCutoffs cutoffs;
  cutoffs.judged = now - late - horizon;
  Timestamp cutoff = cutoffs.judged - horizon;
  while (cutoffs.learned.size() < kMaxLearningCutoffs && cutoff >= oldest + horizon) {
    cutoffs.learned.push_back(cutoff);
    cutoff -= horizon / kCutoffsAHorizon;
  }
  return cutoffs;
}

TrainingCutoffs kept_whole(TrainingCutoffs cutoffs, Timestamp kept_since, Timestamp oldest, const LabelRule& rule) {
  if (oldest > kept_since + kQuietShop) return cutoffs;
  const auto reach = std::max<std::chrono::milliseconds>(kEventReach, rule.active_within);
  std::erase_if(cutoffs.learned, [&](Timestamp cutoff) { return cutoff - reach < kept_since; });
  return cutoffs;
}

std::optional<bool> left_after(const std::vector<KnownEvent>& events, Timestamp cutoff, const LabelRule& rule) {
  const auto ordered = [&](Timestamp after, Timestamp until, Timestamp known) {
    return std::ranges::any_of(events, [&](const KnownEvent& each) {
      const Event& event = each.event;
      return event.type == EventType::order_placed && event.at > after && event.at <= until && each.known_at <= known;
    });
  };
  if (!ordered(cutoff - rule.active_within, cutoff, cutoff)) return std::nullopt;
  return !ordered(cutoff, cutoff + rule.horizon, Timestamp::max());
}

}  // namespace qm::reco
