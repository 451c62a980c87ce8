#include "RecoEngine-featurestore/api/nudge_wire.hpp"

namespace qm::reco::wire {

NudgeRule to_wire(const reco::NudgeRule& rule) {
  NudgeRule out;
  out.rule_id = rule.rule_id;
  out.name = rule.name;
  out.churn_score_range = {rule.score_low, rule.score_high};
  out.churn_reasons = rule.reasons;
  for (const auto& action : rule.nudges) {
    out.nudges.push_back({std::string{to_string(action.type)}, action.content_template, action.channel, action.priority,
                          action.discount_percent, action.coupon_code});
  }
  out.enabled = rule.enabled;
  out.version = rule.version;
  return out;
}

Nudge to_wire(const reco::Nudge& nudge) {
  Nudge out;
  out.nudge_id = nudge.nudge_id.str();
  out.user_id = nudge.user_id.str();
  out.rule_id = nudge.rule_id;
  out.type = to_string(nudge.type);
  out.channel = nudge.channel;
  out.content_template = nudge.content_template;
  out.priority = nudge.priority;
  out.coupon_code = nudge.coupon_code;
  out.churn_probability = nudge.churn_probability;
  out.churn_reasons = nudge.reasons;
  out.model_version = nudge.model_version;
  out.decided_at = nudge.decided_at;
  out.status = nudge.status;
  out.status_at = nudge.status_at;
  out.order_id = nudge.order_id;
  if (nudge.revenue) out.revenue = json::to_wire(*nudge.revenue);
  return out;
}

}  // namespace qm::reco::wire
