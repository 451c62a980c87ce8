#include "RecoEngine-featurestore/training/served_judgement.hpp"

#include "RecoEngine-featurestore/domain/event_feature.hpp"
#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/training/calibrated_model.hpp"
#include "RecoEngine-featurestore/training/labelled_crowd.hpp"
#include "RecoEngine-featurestore/training/purchase_events.hpp"

namespace qm::reco {

namespace {

std::vector<KnownEvent> known_until(const PurchaseHistory& history, std::string_view dataset, Timestamp now) {
  std::vector<KnownEvent> known;
  for (Event& event : events_of(history, dataset).events) {
    if (event.at > now) break;
    const Timestamp at = event.at;
    known.push_back({std::move(event), at});
  }
  return known;
}

FeatureVector seen_at(const std::vector<KnownEvent>& events, Timestamp at) {
  const CustomerState state = state_of(events, at);
  return features_at({}, state.months.empty() ? nullptr : &state, at);
}

}  // namespace

Result<ServedScores> scores_served(const PurchaseData& data, const LabelledWindow& test, const LabelRule& rule,
                                   std::chrono::hours events_late, std::uint64_t seed,
                                   const std::atomic<bool>& cancelled) {
  // A window's cutoff belongs to what comes after it; a moment of asking to what came before.
  const Timestamp now = test.cutoff - std::chrono::milliseconds{1};
  LabelledCrowd crowd{now, data.first, events_late, kMaxCollectedSamples, rule};
  std::vector<std::vector<KnownEvent>> known;
  for (const PurchaseHistory& history : data.customers) {
    if (cancelled) return rejected("The evaluation was cancelled.");
    known.push_back(known_until(history, data.short_name, now));
    const auto& events = known.back();
    crowd.add(history.customer, events, [&events](Timestamp at) { return seen_at(events, at); });
  }
  auto set = std::move(crowd).finish();
  if (!set) return set.error();
  auto trained = train_on_split(set->rows, set->split, seed, [](double) {}, cancelled);
  if (!trained) return trained.error();
  const auto model = whole_model(trained->bytes, trained->start, trained->calibration);
  const auto before = whole_model(trained->bytes, trained->start, {});
  if (!model || !before) return model ? before.error() : model.error();
  ServedScores served;
  for (const std::size_t customer : test.customers) {
    const auto row = to_model_row(seen_at(known[customer], now).fresh(now));
    served.scores.push_back((*model)->predict(row).probability);
    served.before.push_back((*before)->predict(row).probability);
  }
  served.model = std::move(*trained);
  served.cutoffs = std::move(set->cutoffs);
  return served;
}

}  // namespace qm::reco
