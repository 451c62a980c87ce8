// The moments at which customers are seen for a training set, and what each became of by a later one. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"
#include "RecoEngine-featurestore/training/label_rule.hpp"
#include "platform/core/clock.hpp"

namespace qm::reco {

// Learning cutoffs are so many parts of a horizon apart: the same customer at different moments.
inline constexpr int kCutoffsAHorizon = 3;
inline constexpr std::size_t kMaxLearningCutoffs = 12;  // a year of them at a horizon of 90 days: each season once

struct TrainingCutoffs {
  Timestamp judged{};              // the latest whose horizon is over, and the time in which events of it may come
  std::vector<Timestamp> learned;  // newest first; their horizons are over when `judged` comes
};

// Those at `now` that lie within the log: since `oldest` it was kept for at least a horizon before each, so that who
// buys regularly has been seen. None to learn at when it does not reach so far. Events may be told `late`: until then
// nobody knows who did not buy.
TrainingCutoffs training_cutoffs(Timestamp now, Timestamp oldest, std::chrono::hours late, const LabelRule& rule = {});

// Without the cutoffs before which a log, kept since `kept_since`, lacks part of a year: features reach so far back
// (kEventReach), and so does the question who is a customer. A replay at such a cutoff would not see what a prediction
// saw. A log whose `oldest` event is younger than `kept_since` by more than kQuietShop has lost nothing yet: all stay.
inline constexpr std::chrono::days kQuietShop{31};
TrainingCutoffs kept_whole(TrainingCutoffs cutoffs, Timestamp kept_since, Timestamp oldest, const LabelRule& rule = {});

// Whether a customer left after `cutoff`: no order was placed in (cutoff, cutoff + horizon], whenever it was told and
// whatever became of it. nullopt: nobody would have been asked about this customer, as no order that was known at the
// cutoff was placed within `active_within` before it. `events` in any order.
std::optional<bool> left_after(const std::vector<KnownEvent>& events, Timestamp cutoff, const LabelRule& rule = {});

}  // namespace qm::reco
