#include "RecoEngine-featurestore/domain/nudge_rule.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include "platform/core/id.hpp"

namespace qm::reco {

namespace {

constexpr std::array<std::string_view, 4> kTypes{"Email", "Push Notification", "Discount Coupon", "Custom Message"};
constexpr std::array<std::string_view, 4> kChannels{"email", "push", "sms", "app"};

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

std::size_t matching(const NudgeRule& rule, const std::vector<ReasonFamily>& reasons) {
  return static_cast<std::size_t>(std::count_if(rule.reasons.begin(), rule.reasons.end(), [&](ReasonFamily reason) {
    return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
  }));
}

// rule_7 → 7; a rule with a name of its own ranks above all numbers.
int number_of(const NudgeRule& rule) {
  int number = 1'000'000;
  const std::size_t at = rule.rule_id.rfind('_');
  if (at != std::string::npos) {
    int parsed = 0;
    const char* end = rule.rule_id.data() + rule.rule_id.size();
    if (std::from_chars(rule.rule_id.data() + at + 1, end, parsed).ptr == end && at + 1 < rule.rule_id.size())
      number = parsed;
  }
  return number;
}

}  // namespace

std::string_view to_string(NudgeType type) noexcept { return kTypes[static_cast<std::size_t>(type)]; }
std::optional<NudgeType> parse_nudge_type(std::string_view name) noexcept {
  return parse_name<NudgeType>(kTypes, name);
}
std::string_view to_string(Channel channel) noexcept { return kChannels[static_cast<std::size_t>(channel)]; }
std::optional<Channel> parse_channel(std::string_view name) noexcept { return parse_name<Channel>(kChannels, name); }

const NudgeRule* match_rule(const std::vector<NudgeRule>& rules, double churn_probability,
                            const std::vector<ReasonFamily>& reasons) {
  if (!is_nudged(segment_of(churn_probability))) return nullptr;
  const NudgeRule* best = nullptr;
  const auto rank = [&](const NudgeRule& rule) {
    return std::tuple{!rule.is_catch_all(), matching(rule, reasons), rule.score_low, number_of(rule)};
  };
  for (const auto& rule : rules) {
    if (!rule.enabled || churn_probability < rule.score_low || churn_probability > rule.score_high) continue;
    if (!rule.is_catch_all() && matching(rule, reasons) == 0) continue;
    if (best == nullptr || rank(rule) > rank(*best)) best = &rule;
  }
  return best;
}

std::string coupon_code_for(const NudgeAction& action, double churn_probability,
                            const std::vector<ReasonFamily>& reasons) {
  if (action.coupon_code) return *action.coupon_code;
  for (const auto reason : reasons) {
    switch (reason) {
      case ReasonFamily::PRICE_SENSITIVITY: return "SUMMER25";
      case ReasonFamily::INACTIVITY:
      case ReasonFamily::LOW_ENGAGEMENT: return "WELCOME_BACK20";
      case ReasonFamily::PURCHASE_DECLINE: return "SAVE20";
      case ReasonFamily::DELIVERY_ISSUES: return "FREESHIP";
      default: break;
    }
  }
  if (churn_probability >= 0.9) return "SUMMER25";
  return churn_probability >= 0.7 ? "WELCOME_BACK20" : "SAVE20";
}

std::vector<std::string> faults_of(const std::vector<NudgeRule>& rules) {
  std::vector<std::string> faults;
  std::set<std::string> ids;
  if (rules.empty()) faults.push_back("there is no rule");
  for (const auto& rule : rules) {
    const std::string who = "rule '" + rule.rule_id + "': ";
    if (!is_valid_id(rule.rule_id)) faults.push_back(who + "its id is not valid");
    if (!ids.insert(rule.rule_id).second) faults.push_back(who + "its id stands there twice");
    if (!(0 <= rule.score_low && rule.score_low <= rule.score_high && rule.score_high <= 1)) {
      faults.push_back(who + "its score range is not within 0 and 1");
    }
    if (rule.nudges.empty()) faults.push_back(who + "it has no nudges");
    for (const auto& nudge : rule.nudges) {
      if (nudge.priority < 1) faults.push_back(who + "a priority is below 1");
      if (nudge.content_template.empty()) faults.push_back(who + "a nudge has no template");
    }
  }
  return faults;
}

}  // namespace qm::reco
