// What became of a nudge, as the shop or a channel reports it.
#pragma once
#include "RecoEngine-featurestore/store/nudge_store.hpp"

namespace qm::reco {

// Thread-safe.
class ReportOutcome {
 public:
  // Both outlive it.
  ReportOutcome(NudgeStore& nudges, const Clock& clock) : nudges_(nudges), clock_(clock) {}

  // Idempotent; a report of an earlier state changes nothing. NotFound; Conflict when it contradicts the end (used,
  // expired). A time in the future counts as now.
  Task<Result<OutcomeApplied>> run(NudgeId nudge, NudgeOutcome outcome);

 private:
  NudgeStore& nudges_;
  const Clock& clock_;
};

}  // namespace qm::reco
