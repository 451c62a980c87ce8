#include "RecoEngine-featurestore/domain/nudge.hpp"

#include <array>

namespace qm::reco {

namespace {

constexpr std::array<std::string_view, 6> kNames{"decided", "delivered", "viewed", "clicked", "used", "expired"};

// Row: from, column: to, in the order of NudgeStatus.
constexpr bool kMayFollow[6][6] = {
    /* decided   */ {false, true, true, true, true, true},
    /* delivered */ {false, false, true, true, true, true},
    /* viewed    */ {false, false, false, true, true, true},
    /* clicked   */ {false, false, false, false, true, true},
    /* used      */ {false, false, false, false, false, false},
    /* expired   */ {false, false, false, false, false, false},
};

}  // namespace

std::string_view to_string(NudgeStatus status) noexcept { return kNames[static_cast<std::size_t>(status)]; }

std::optional<NudgeStatus> parse_nudge_status(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<NudgeStatus>(i);
  }
  return std::nullopt;
}

bool may_follow(NudgeStatus from, NudgeStatus to) noexcept {
  return kMayFollow[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

Result<bool> apply_outcome(Nudge& nudge, const NudgeOutcome& outcome) {
  if (!may_follow(nudge.status, outcome.status)) {
    const bool contradicts = (nudge.status == NudgeStatus::expired && outcome.status == NudgeStatus::used) ||
                             (nudge.status == NudgeStatus::used && outcome.status == NudgeStatus::expired);
    if (contradicts) {
      return Error{ErrorKind::Conflict, "The nudge is " + std::string{to_string(nudge.status)} + " and cannot become " +
                                            std::string{to_string(outcome.status)} + "."};
    }
    return false;
  }
  nudge.status = outcome.status;
  nudge.status_at = outcome.at;
  if (outcome.order_id) nudge.order_id = outcome.order_id;
  if (outcome.revenue) nudge.revenue = outcome.revenue;
  return true;
}

}  // namespace qm::reco
