// Rules that choose what is done about a customer at risk. Rules are data; this is what they mean.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"
#include "RecoEngine-featurestore/domain/risk.hpp"

namespace qm::reco {

enum class NudgeType { Email, PushNotification, DiscountCoupon, CustomMessage };
enum class Channel { email, push, sms, app };
std::string_view to_string(NudgeType type) noexcept;  // "Push Notification"
std::optional<NudgeType> parse_nudge_type(std::string_view name) noexcept;
std::string_view to_string(Channel channel) noexcept;
std::optional<Channel> parse_channel(std::string_view name) noexcept;

struct NudgeAction {
  NudgeType type = NudgeType::Email;
  std::string content_template;
  Channel channel = Channel::email;
  int priority = 1;  // 1 is first
  std::optional<double> discount_percent;
  std::optional<std::string> coupon_code;
};

struct NudgeRule {
  std::string rule_id;
  std::string name;
  double score_low = 0;  // both ends included
  double score_high = 1;
  std::vector<ReasonFamily> reasons;  // empty: any
  std::vector<NudgeAction> nudges;    // by priority
  bool enabled = true;
  int version = 1;
  bool is_catch_all() const { return reasons.empty(); }
};

// The rule for a score and its reasons, or nullptr: none fits, or the risk is neither high nor critical. Several fit:
// the one with the most matching reasons; then the higher lower bound; then the higher number (rule_10 above rule_9,
// named rules above numbered ones). A catch-all comes last.
const NudgeRule* match_rule(const std::vector<NudgeRule>& rules, double churn_probability,
                            const std::vector<ReasonFamily>& reasons);

// The coupon's code for a coupon nudge: the action's own, else by the strongest reason that names one, else by score.
std::string coupon_code_for(const NudgeAction& action, double churn_probability,
                            const std::vector<ReasonFamily>& reasons);

// What is wrong with a set of rules, in sentences; empty: nothing.
std::vector<std::string> faults_of(const std::vector<NudgeRule>& rules);

}  // namespace qm::reco
