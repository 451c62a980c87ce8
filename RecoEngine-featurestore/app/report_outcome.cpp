#include "RecoEngine-featurestore/app/report_outcome.hpp"

#include <algorithm>

namespace qm::reco {

Task<Result<OutcomeApplied>> ReportOutcome::run(NudgeId nudge, NudgeOutcome outcome) {
  outcome.at = std::min(outcome.at, clock_.now());
  auto applied = co_await nudges_.apply(std::move(nudge), std::move(outcome));
  co_return applied;
}

}  // namespace qm::reco
