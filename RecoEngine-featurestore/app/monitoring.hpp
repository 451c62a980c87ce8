// What the service can say of its own work. Nothing has a value that was not measured.
#pragma once
#include <optional>
#include <string>

#include "RecoEngine-featurestore/app/champion.hpp"
#include "RecoEngine-featurestore/app/join_outcomes.hpp"
#include "RecoEngine-featurestore/app/predict_churn.hpp"
#include "RecoEngine-featurestore/store/nudge_store.hpp"

namespace qm::reco {

struct MonitoringFigures {
  std::optional<FreshnessStats> freshness;     // none before the first prediction
  std::optional<TrainingMetrics> accuracy;     // of the champion, on the samples held back from its training
  NudgeStats nudges;
  std::string model_version;         // of the champion; empty: there is none
  std::optional<DriftReport> drift;  // of what it is asked about here; none without a reference
  std::shared_ptr<const LiveOutcomes> outcomes;  // nullptr before the first is known
};

// Thread-safe.
class Monitoring {
 public:
  // All of them outlive it.
  Monitoring(const Champion& champion, const PredictChurn& predict, NudgeStore& nudges, const JoinOutcomes& outcomes)
      : champion_(champion), predict_(predict), nudges_(nudges), outcomes_(outcomes) {}

  Task<Result<MonitoringFigures>> run();

 private:
  const Champion& champion_;
  const PredictChurn& predict_;
  NudgeStore& nudges_;
  const JoinOutcomes& outcomes_;
};

}  // namespace qm::reco
