// /nudge/rules…, /nudge/test/{user_id}, /nudges/…: what is decided about customers at risk.
#pragma once
#include "RecoEngine-featurestore/app/list_nudges.hpp"
#include "RecoEngine-featurestore/app/nudge_rules.hpp"
#include "RecoEngine-featurestore/app/report_outcome.hpp"
#include "RecoEngine-featurestore/app/test_nudge.hpp"
#include "platform/http/api.hpp"

namespace qm::reco {

// All of them outlive `api`.
void add_nudge_routes(http::Api& api, const NudgeRules& rules, TestNudge& test, ListNudges& list,
                      ReportOutcome& report);

}  // namespace qm::reco
