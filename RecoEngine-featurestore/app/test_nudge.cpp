#include "RecoEngine-featurestore/app/test_nudge.hpp"

namespace qm::reco {

Task<Result<NudgeTrial>> TestNudge::run(UserId user, std::optional<double> churn_probability,
                                        std::vector<ReasonFamily> reasons) {
  if (!churn_probability || reasons.empty()) {
    auto own = co_await predict_.score(std::move(user));
    if (!own && !churn_probability) co_return own.error();
    if (own) {
      if (!churn_probability) churn_probability = own->churn_probability;
      if (reasons.empty()) reasons = own->families();
    }
  }
  NudgeTrial trial;
  const auto rules = rules_.current();
  if (const NudgeRule* rule = match_rule(rules->rules, *churn_probability, reasons)) trial.rule = *rule;
  trial.churn_probability = *churn_probability;
  trial.reasons = std::move(reasons);
  co_return trial;
}

}  // namespace qm::reco
