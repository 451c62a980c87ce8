// One decision to reach out to a customer, and what became of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "RecoEngine-featurestore/domain/nudge_rule.hpp"

namespace qm::reco {

struct NudgeTag { static constexpr std::string_view prefix = "nudge"; };
using NudgeId = Id<NudgeTag>;
struct UserTag { static constexpr std::string_view prefix = "user"; };
using UserId = Id<UserTag>;

// decided → delivered → viewed → clicked → used; expired ends every state but used. A later state may be reported
// without the earlier ones: reports get lost.
enum class NudgeStatus { decided, delivered, viewed, clicked, used, expired };
std::string_view to_string(NudgeStatus status) noexcept;
std::optional<NudgeStatus> parse_nudge_status(std::string_view name) noexcept;
bool may_follow(NudgeStatus from, NudgeStatus to) noexcept;

struct Nudge {
  NudgeId nudge_id;
  UserId user_id;
  std::string rule_id;
  NudgeType type = NudgeType::Email;
  Channel channel = Channel::email;
  std::string content_template;
  int priority = 1;
  std::optional<std::string> coupon_code;  // coupon nudges only
  double churn_probability = 0;
  std::vector<ReasonFamily> reasons;
  std::string model_version;
  Timestamp decided_at{};
  NudgeStatus status = NudgeStatus::decided;
  Timestamp status_at{};
  std::optional<std::string> order_id;
  std::optional<Money> revenue;
};

struct NudgeOutcome {
  NudgeStatus status = NudgeStatus::delivered;
  Timestamp at{};
  std::optional<std::string> order_id;
  std::optional<Money> revenue;
};

// Applies a report. The same one again, and one that comes late (an earlier state), change nothing: that makes reports
// idempotent. → whether anything changed. Conflict for a report after the end (used, expired) that contradicts it.
Result<bool> apply_outcome(Nudge& nudge, const NudgeOutcome& outcome);

}  // namespace qm::reco
