// Rules and nudges as JSON.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/json/describe.hpp"

namespace qm::reco {

BOOST_DESCRIBE_ENUM(ReasonFamily, INACTIVITY, CART_ABANDONMENT, LOW_ENGAGEMENT, PRICE_SENSITIVITY, DELIVERY_ISSUES,
                    PRODUCT_AVAILABILITY, PAYMENT_FAILURE, POOR_SUPPORT_EXPERIENCE, HIGH_REFUND_RATE, PURCHASE_DECLINE,
                    BEHAVIORAL_PATTERNS)
BOOST_DESCRIBE_ENUM(NudgeStatus, decided, delivered, viewed, clicked, used, expired)
BOOST_DESCRIBE_ENUM(Channel, email, push, sms, app)

namespace wire {

struct NudgeAction {
  std::string type;
  std::string content_template;
  Channel channel = Channel::email;
  int priority = 1;
  std::optional<double> discount_percent;
  std::optional<std::string> coupon_code;
};
BOOST_DESCRIBE_STRUCT(NudgeAction, (), (type, content_template, channel, priority, discount_percent, coupon_code))

struct NudgeRule {
  std::string rule_id;
  std::string name;
  std::vector<double> churn_score_range;    // both ends included
  std::vector<ReasonFamily> churn_reasons;  // empty: any
  std::vector<NudgeAction> nudges;
  bool enabled = true;
  int version = 1;
};
BOOST_DESCRIBE_STRUCT(NudgeRule, (), (rule_id, name, churn_score_range, churn_reasons, nudges, enabled, version))

// With the record of its decision.
struct Nudge {
  std::string nudge_id;
  std::string user_id;
  std::string rule_id;
  std::string type;
  Channel channel = Channel::email;
  std::string content_template;
  int priority = 1;
  std::optional<std::string> coupon_code;
  double churn_probability = 0;
  std::vector<ReasonFamily> churn_reasons;
  std::string model_version;
  Timestamp decided_at{};
  NudgeStatus status = NudgeStatus::decided;
  Timestamp status_at{};
  std::optional<std::string> order_id;
  std::optional<json::Amount> revenue;
};
BOOST_DESCRIBE_STRUCT(Nudge, (),
                      (nudge_id, user_id, rule_id, type, channel, content_template, priority, coupon_code,
                       churn_probability, churn_reasons, model_version, decided_at, status, status_at, order_id,
                       revenue))

NudgeRule to_wire(const reco::NudgeRule& rule);
Nudge to_wire(const reco::Nudge& nudge);

}  // namespace wire
}  // namespace qm::reco
