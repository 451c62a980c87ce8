// POST /predict/{user_id} of RecoEngine: how likely a customer is to leave, why, and what was done about it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"

namespace qm::contracts {

// critical ≥ 0.8, high ≥ 0.6, medium ≥ 0.4, else low.
enum class RiskSegment { low, medium, high, critical };
BOOST_DESCRIBE_ENUM(RiskSegment, low, medium, high, critical)

struct NudgeSummary {
  std::string type;  // "Email", "Push Notification", "Discount Coupon", "Custom Message"
  std::string content_template;
  std::string channel;
  int priority = 0;  // 1 is first
  std::string nudge_id;
  // The template's text (Mustache; fields name, reasons, products, coupon, expiry, each of which may be missing). Left
  // out when the template was withdrawn after the nudge was decided.
  std::optional<std::string> content;
  std::optional<std::string> coupon_code;  // of coupon nudges: what the customer is being given
};
BOOST_DESCRIBE_STRUCT(NudgeSummary, (), (type, content_template, channel, priority, nudge_id, content, coupon_code))

struct ExplainedFeature {
  std::string name;
  boost::json::value value;  // null: RecoEngine does not know it
  double shap = 0;           // log-odds
};
BOOST_DESCRIBE_STRUCT(ExplainedFeature, (), (name, value, shap))

struct Explanation {
  std::string reason;
  double contribution = 0;  // log-odds, above 0: the sum over its features
  std::string text;
  std::vector<ExplainedFeature> features;
};
BOOST_DESCRIBE_STRUCT(Explanation, (), (reason, contribution, text, features))

// What is known of one group of features, at the moment of the prediction.
struct FeatureGroupState {
  // Since the newest thing known of them was heard: an event of the customer, or what was ingested. A customer who does
  // nothing grows old here, and yet counts over the last days stay true, so they do not become stale: that silence says
  // something. They are stale once no event of any customer came for as long as they are good. null: nothing is known.
  json::Nullable<double> age_hours;
  std::vector<std::string> stale;    // known, but too old to be shown to the model
  std::vector<std::string> missing;  // never told
};
BOOST_DESCRIBE_STRUCT(FeatureGroupState, (), (age_hours, stale, missing))

struct Prediction {
  std::string user_id;
  double churn_probability = 0;  // 0…1
  RiskSegment risk_segment = RiskSegment::low;
  std::vector<std::string> churn_reasons;  // strongest first, at most 5
  double confidence_score = 0;             // 0.6…0.95
  std::vector<Explanation> explanations;   // as churn_reasons
  double base_value = 0;                   // log-odds of the average customer
  std::map<std::string, boost::json::value> features_retrieved;
  Timestamp feature_freshness{};  // when the newest of them was written
  std::map<std::string, FeatureGroupState> feature_groups;
  Timestamp prediction_timestamp{};
  std::string model_version;
  json::Nullable<std::vector<NudgeSummary>> nudges_triggered;  // null below high risk
  json::Nullable<std::string> nudge_rule_matched;
};
BOOST_DESCRIBE_STRUCT(Prediction, (),
                      (user_id, churn_probability, risk_segment, churn_reasons, confidence_score, explanations,
                       base_value, features_retrieved, feature_freshness, feature_groups, prediction_timestamp,
                       model_version, nudges_triggered, nudge_rule_matched))
inline auto constraints(const Prediction*) {
  return json::fields(json::field(&Prediction::feature_groups, json::defaulted()));
}

}  // namespace qm::contracts
