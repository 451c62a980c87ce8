#include "RecoEngine-featurestore/api/predict_api.hpp"

#include "contracts/prediction.hpp"

namespace qm::reco {

namespace wire {

struct ByUser {
  UserId user_id;
};
BOOST_DESCRIBE_STRUCT(ByUser, (), (user_id))

}  // namespace wire

namespace {

using http::Access;
using http::Call;

boost::json::value to_wire(const FeatureValue& value) {
  struct Convert {
    boost::json::value operator()(bool v) const { return v; }
    boost::json::value operator()(std::int64_t v) const { return v; }
    boost::json::value operator()(double v) const { return v; }
    boost::json::value operator()(const std::string& v) const { return boost::json::value(v); }
    boost::json::value operator()(const Shares& v) const {
      boost::json::object shares;
      for (const auto& [category, share] : v) shares[category] = share;
      return shares;
    }
  };
  return std::visit(Convert{}, value);
}

contracts::RiskSegment to_wire(RiskSegment segment) {
  switch (segment) {
    case RiskSegment::low:
      return contracts::RiskSegment::low;
    case RiskSegment::medium:
      return contracts::RiskSegment::medium;
    case RiskSegment::high:
      return contracts::RiskSegment::high;
    case RiskSegment::critical:
      break;
  }
  return contracts::RiskSegment::critical;
}

contracts::Explanation to_wire(const Reason& reason, const FeatureVector& features) {
  contracts::Explanation explanation;
  explanation.reason = to_string(reason.family);
  explanation.contribution = reason.contribution;
  explanation.text = reason.text;
  for (const auto& [feature, shap] : reason.features) {
    contracts::ExplainedFeature each;
    each.name = feature_table()[feature].name;
    if (features[feature]) each.value = to_wire(features[feature]->value);
    each.shap = shap;
    explanation.features.push_back(std::move(each));
  }
  return explanation;
}

contracts::NudgeSummary to_wire(const TriggeredNudge& triggered) {
  const Nudge& nudge = triggered.nudge;
  contracts::NudgeSummary summary;
  summary.type = to_string(nudge.type);
  summary.content_template = nudge.content_template;
  summary.channel = to_string(nudge.channel);
  summary.priority = nudge.priority;
  summary.nudge_id = nudge.nudge_id.str();
  summary.content = triggered.content;
  summary.coupon_code = nudge.coupon_code;
  return summary;
}

void add_nudges(const TriggeredNudges& triggered, contracts::Prediction& out) {
  auto& list = out.nudges_triggered.emplace();
  for (const auto& nudge : triggered.nudges) list.push_back(to_wire(nudge));
  if (triggered.rule_id) out.nudge_rule_matched = *triggered.rule_id;
}

contracts::FeatureGroupState to_wire(const GroupFreshness& group, Timestamp now) {
  contracts::FeatureGroupState state;
  if (group.newest) {
    const std::chrono::duration<double, std::ratio<3600>> age = std::max(now - *group.newest, Timestamp::duration{0});
    state.age_hours.emplace(age.count());
  }
  for (const std::size_t feature : group.stale) state.stale.emplace_back(feature_table()[feature].name);
  for (const std::size_t feature : group.missing) state.missing.emplace_back(feature_table()[feature].name);
  return state;
}

contracts::Prediction to_wire(const ChurnPrediction& prediction) {
  const ChurnScore& score = prediction.score;
  contracts::Prediction out;
  out.user_id = score.user_id.str();
  out.churn_probability = score.churn_probability;
  out.risk_segment = to_wire(score.segment());
  out.confidence_score = confidence_of(score.churn_probability);
  out.base_value = score.base_value;
  for (const auto& reason : score.reasons) {
    out.churn_reasons.emplace_back(to_string(reason.family));
    out.explanations.push_back(to_wire(reason, score.features));
  }
  for (std::size_t i = 0; i < score.features.size(); ++i) {
    if (score.features[i]) out.features_retrieved.emplace(feature_table()[i].name, to_wire(score.features[i]->value));
  }
  out.feature_freshness = score.feature_freshness;
  for (const auto group : kFeatureGroups)
    out.feature_groups.emplace(to_string(group),
                               to_wire(score.groups[static_cast<std::size_t>(group)], score.scored_at));
  out.prediction_timestamp = score.scored_at;
  out.model_version = score.model_version;
  if (prediction.nudges) add_nudges(*prediction.nudges, out);
  return out;
}

}  // namespace

void add_predict_routes(http::Api& api, PredictChurn& predict) {
  api.post("/predict/{user_id}",
           {.name = "predict",
            .summary = "How likely a customer is to leave, why, and what is done about it",
            .tag = "prediction",
            .access = Access::Service,
            .errors = {404, 503}},
           [&predict](Call<wire::ByUser> call) -> Task<Result<contracts::Prediction>> {
             auto prediction = co_await predict.predict(std::move(call.path.user_id));
             if (!prediction) co_return prediction.error();
             co_return to_wire(*prediction);
           });
}

}  // namespace qm::reco
