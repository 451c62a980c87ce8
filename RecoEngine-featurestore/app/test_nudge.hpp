// Which rule would fire, without firing it.
#pragma once
#include <optional>
#include <vector>

#include "RecoEngine-featurestore/app/nudge_rules.hpp"
#include "RecoEngine-featurestore/app/predict_churn.hpp"

namespace qm::reco {

struct NudgeTrial {
  double churn_probability = 0;
  std::vector<ReasonFamily> reasons;
  std::optional<NudgeRule> rule;  // none fits, or the risk is below high
};

// Thread-safe.
class TestNudge {
 public:
  // Both outlive it.
  TestNudge(PredictChurn& predict, const NudgeRules& rules) : predict_(predict), rules_(rules) {}

  // What is not given is taken from the customer's own prediction. With a probability given, a customer of whom nothing
  // can be said simply has no further reasons; without one, the errors of PredictChurn::score().
  Task<Result<NudgeTrial>> run(UserId user, std::optional<double> churn_probability, std::vector<ReasonFamily> reasons);

 private:
  PredictChurn& predict_;
  const NudgeRules& rules_;
};

}  // namespace qm::reco
