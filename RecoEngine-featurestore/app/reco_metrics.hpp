// What RecoEngine does, as metrics beside those that every service has.
#pragma once
#include <vector>

#include "RecoEngine-featurestore/app/champion.hpp"
#include "RecoEngine-featurestore/app/join_outcomes.hpp"
#include "RecoEngine-featurestore/app/predict_churn.hpp"
#include "RecoEngine-featurestore/app/receive_events.hpp"
#include "RecoEngine-featurestore/app/train_model.hpp"
#include "platform/metrics/metrics.hpp"

namespace qm::reco {

std::vector<metrics::Family> training_families(const TrainingCounts& counts);
std::vector<metrics::Family> prediction_families(const PredictChurn& predict);
std::vector<metrics::Family> event_families(const ReceiveEvents& receive);
std::vector<metrics::Family> outcome_families(const ObserveScores& observe, const JoinOutcomes& outcomes);
std::vector<metrics::Family> shadow_families(const ShadowScores& shadow);
// `served` may be nullptr.
std::vector<metrics::Family> drift_families(const std::shared_ptr<const ServedModel>& served);
std::vector<metrics::Family> model_families(const std::shared_ptr<const ServedModel>& served);

}  // namespace qm::reco
