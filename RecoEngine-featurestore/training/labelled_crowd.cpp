#include "RecoEngine-featurestore/training/labelled_crowd.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "RecoEngine-featurestore/training/random.hpp"
#include "platform/core/fnv1a.hpp"

namespace qm::reco {

namespace {

std::uint64_t hash_of_customer(const std::string& id) {
  return Random{fnv1a(id)}.bits();  // its upper bits depend on an id's last bytes, too
}

// Says who calibrates and who judges: those of low ranks, and those of high ones. By another bit than customers are
// left out by.
std::uint64_t rank_of(const std::string& id) { return std::rotr(hash_of_customer(id), 1); }

// Ranks below it calibrate; the others judge. `ranks`: of all customers of a kind.
constexpr std::uint64_t kHalfOfAllRanks = std::uint64_t{1} << 63;

bool halves(const std::vector<std::uint64_t>& ranks) {
  const auto below = static_cast<std::size_t>(
      std::ranges::count_if(ranks, [](std::uint64_t rank) { return rank < kHalfOfAllRanks; }));
  return std::min(below, ranks.size() - below) >= kMinOfEachKind;
}

std::uint64_t border_by_order(std::vector<std::uint64_t> ranks, double judging) {
  if (ranks.empty()) return kHalfOfAllRanks;
  const std::ptrdiff_t calibrating = std::lround((1 - judging) * static_cast<double>(ranks.size()));
  const auto first_judge = ranks.begin() + std::min(calibrating, std::ssize(ranks) - 1);
  std::ranges::nth_element(ranks, first_judge);
  return *first_judge;
}

std::vector<Timestamp> all_of(const TrainingCutoffs& cutoffs) {
  std::vector<Timestamp> all{cutoffs.judged};
  all.insert(all.end(), cutoffs.learned.begin(), cutoffs.learned.end());
  return all;
}

struct KindCounts {
  std::size_t left = 0, stayed = 0;
  void add(bool churned) { ++(churned ? left : stayed); }
  bool enough(std::size_t of_each) const { return left >= of_each && stayed >= of_each; }
  std::string text() const { return std::to_string(left) + " who left and " + std::to_string(stayed) + " who stayed"; }
};

std::string day_of_text(Timestamp at) { return to_rfc3339(at).substr(0, 10); }

constexpr const char* kWhatToDo = "POST /events?import=true, or train with source=synthetic.";

Error too_young(const std::string& reach, Timestamp wanted) {
  return rejected("The log of events " + reach + ", and has to reach back to " + day_of_text(wanted) +
                  " to learn from: send older events with " + kWhatToDo);
}

Error kept_too_short(Timestamp newest) {
  return rejected("Events are not kept for long enough to learn from them: of the year before " + day_of_text(newest) +
                  ", the newest moment to learn at, part is gone. Set EVENT_KEEP_DAYS higher, or train with "
                  "source=synthetic.");
}

Error too_few(const KindCounts& learned, std::size_t learners, const KindCounts& checked, const KindCounts& judged,
              Timestamp cutoff) {
  return rejected("The log of events holds too few customers. To learn from: " + learned.text() + ", of " +
                  std::to_string(learners) + " customers at all cutoffs; at the cutoff of " + day_of_text(cutoff) +
                  ", to calibrate by: " + checked.text() + "; to judge by: " + judged.text() + ". Needed are " +
                  std::to_string(kMinTrainingSamples) + " of " + std::to_string(kMinLearners) +
                  " customers to learn from, and " + std::to_string(kMinOfEachKind) +
                  " of each kind in all three: send more events with " + kWhatToDo);
}

// Those at these places, in this order.
void put_in_order(LabelledRows& rows, std::vector<std::size_t> order) {
  std::vector<std::size_t> kept = order;
  std::ranges::sort(kept);
  rows.keep(kept);
  for (std::size_t& place : order)
    place = static_cast<std::size_t>(std::ranges::lower_bound(kept, place) - kept.begin());
  rows.reorder(std::move(order));
}

}  // namespace

LabelledCrowd::LabelledCrowd(Timestamp now, Timestamp reach, std::chrono::hours late, std::size_t most,
                             const LabelRule& rule)
    : now_(now),
      reach_(reach),
      late_(late),
      most_(std::min(most, kMaxCollectedBytes / (sizeof(float) * model_columns().size()))),
      rule_(rule),
      candidates_(all_of(training_cutoffs(now, reach, late, rule))) {}

bool LabelledCrowd::is_left_out(const std::string& id) const { return hash_of_customer(id) > kept_share_; }

void LabelledCrowd::thin_out() {
  kept_share_ /= 2;
  std::erase_if(customers_, [this](const auto& customer) { return is_left_out(customer.first); });
  std::vector<std::size_t> kept;
  for (const auto& [id, seen] : customers_)
    for (const Seen& one : seen) kept.push_back(one.place);
  std::ranges::sort(kept);
  rows_.keep(kept);
  for (auto& [id, seen] : customers_)
    for (Seen& one : seen)
      one.place = static_cast<std::uint32_t>(std::ranges::lower_bound(kept, one.place) - kept.begin());
}

void LabelledCrowd::add(const std::string& customer, const std::vector<KnownEvent>& events,
                        const std::function<FeatureVector(Timestamp)>& features_at) {
  for (const KnownEvent& each : events) oldest_ = std::min(oldest_, each.event.at);
  if (is_left_out(customer)) return;
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const auto left = left_after(events, candidates_[i], rule_);
    if (!left) continue;
    seen.push_back({static_cast<std::uint32_t>(rows_.size()), static_cast<std::uint8_t>(i)});
    rows_.add(to_model_row(features_at(candidates_[i]).fresh(candidates_[i])), *left);
  }
  if (seen.empty()) return;
  customers_.emplace(customer, std::move(seen));
  while (rows_.size() > most_ && customers_.size() > 1 && kept_share_ > 1) thin_out();
}

Result<CollectedSamples> LabelledCrowd::finish() && {
  const Timestamp wanted = now_ - late_ - 3 * rule_.horizon;
  if (oldest_ == Timestamp::max()) return too_young("is empty", wanted);
  TrainingCutoffs cutoffs = training_cutoffs(now_, std::max(oldest_, reach_), late_, rule_);
  if (cutoffs.learned.empty()) return too_young("begins on " + day_of_text(oldest_), wanted);
  const Timestamp newest = cutoffs.learned.front();
  if (kept_since_) cutoffs = kept_whole(std::move(cutoffs), *kept_since_, oldest_, rule_);
  if (cutoffs.learned.empty()) return kept_too_short(newest);
  return to_samples(all_of(cutoffs));
}

std::uint64_t LabelledCrowd::border_of(bool churned) const {
  std::vector<std::uint64_t> ranks;
  for (const auto& [id, seen] : customers_)
    if (seen.front().cutoff == 0 && rows_.left(seen.front().place) == churned) ranks.push_back(rank_of(id));
  return !exactly_ && halves(ranks) ? kHalfOfAllRanks : border_by_order(std::move(ranks), judging_);
}

Result<CollectedSamples> LabelledCrowd::to_samples(std::vector<Timestamp> cutoffs) {
  CollectedSamples made;
  made.cutoffs = std::move(cutoffs);
  made.split.other_season = true;
  KindCounts learned, checked, judged;
  std::size_t learners = 0;
  const std::uint64_t border[] = {border_of(false), border_of(true)};
  std::vector<std::size_t> order;
  for (std::size_t cutoff = 0; cutoff < made.cutoffs.size(); ++cutoff) {
    made.split.cutoff_begins.push_back(order.size());
    std::uint32_t customer = 0;
    for (auto& [id, seen] : customers_) {
      const std::uint32_t number = customer++;
      const auto found = std::ranges::find(seen, cutoff, &Seen::cutoff);
      if (found == seen.end()) continue;
      const std::size_t place = order.size();
      const bool left = rows_.left(found->place);
      const bool newest = found == seen.begin();
      if (newest) made.split.one_each.push_back(place);
      const bool calibrates = cutoff == 0 && rank_of(id) < border[left];
      auto& part = cutoff > 0 ? made.split.training : calibrates ? made.split.validation : made.split.test;
      part.push_back(place);
      made.split.customers.push_back(number);
      (cutoff > 0 ? learned : calibrates ? checked : judged).add(left);
      const bool first_to_learn = cutoff > 0 && (newest || std::prev(found)->cutoff == 0);
      learners += first_to_learn ? 1 : 0;
      order.push_back(found->place);
    }
  }
  // Cutoffs that are not used, and customers who are seen at none of the others, fall away.
  made.rows = std::move(rows_);
  put_in_order(made.rows, std::move(order));
  const bool many = made.split.training.size() >= kMinTrainingSamples && learners >= kMinLearners;
  const std::size_t few = min_of_each_kind_;
  if (many && learned.enough(few) && checked.enough(few) && judged.enough(few)) return made;
  return too_few(learned, learners, checked, judged, made.cutoffs.front());
}

}  // namespace qm::reco
