#include "RecoEngine-featurestore/app/trigger_nudges.hpp"

#include <algorithm>

#include "platform/log/log.hpp"

namespace qm::reco {

namespace {

// One attempt; the job's lease is much longer.
constexpr std::chrono::milliseconds kAssignTimeout{2'000};

// A JSON text; an id has nothing to escape.
std::string payload_of(const NudgeId& nudge) { return "\"" + nudge.str() + "\""; }

Result<NudgeId> nudge_of(const std::string& payload) {
  if (payload.size() < 2) return rejected("The job names no nudge.");
  return NudgeId::parse(std::string_view{payload}.substr(1, payload.size() - 2));
}

NudgeDecision decide_by(const NudgeRule& rule, const ChurnScore& score, Timestamp now) {
  NudgeDecision decision{score.user_id, rule.rule_id, {}, false};
  const auto families = score.families();
  for (const auto& action : rule.nudges) {
    Nudge nudge;
    nudge.nudge_id = NudgeId::make(now);
    nudge.user_id = score.user_id;
    nudge.rule_id = rule.rule_id;
    nudge.type = action.type;
    nudge.channel = action.channel;
    nudge.content_template = action.content_template;
    nudge.priority = action.priority;
    if (action.type == NudgeType::DiscountCoupon)
      nudge.coupon_code = coupon_code_for(action, score.churn_probability, families);
    nudge.churn_probability = score.churn_probability;
    nudge.reasons = families;
    nudge.model_version = score.model_version;
    nudge.decided_at = now;
    nudge.status_at = now;
    decision.nudges.push_back(std::move(nudge));
  }
  return decision;
}

}  // namespace

TriggerNudges::TriggerNudges(NudgeStore& nudges, QuickmartClient& quickmart, jobs::Queue& queue,
                             const NudgeRules& rules, const Clock& clock, std::chrono::seconds cool_down)
    : nudges_(nudges),
      quickmart_(quickmart),
      queue_(queue),
      rules_(rules),
      clock_(clock),
      cool_down_(std::max(cool_down, std::chrono::seconds{1})) {}

Task<Result<std::optional<TriggeredNudges>>> TriggerNudges::trigger(const ChurnScore& score) {
  std::optional<TriggeredNudges> triggered;
  if (!is_nudged(score.segment())) co_return triggered;
  triggered.emplace();
  const auto rules = rules_.current();
  const NudgeRule* rule = match_rule(rules->rules, score.churn_probability, score.families());
  if (rule == nullptr) co_return triggered;

  auto decision = co_await decide(*rule, score);
  if (!decision) co_return decision.error();
  if (!decision->owed) {
    auto owed = co_await owe_coupons(*decision);
    if (!owed) co_return owed.error();
  }
  triggered->rule_id = std::move(decision->rule_id);
  for (auto& nudge : decision->nudges) {
    TriggeredNudge each;
    if (const auto* text = rules->find_template(nudge.content_template)) each.content = *text;
    each.nudge = std::move(nudge);
    triggered->nudges.push_back(std::move(each));
  }
  co_return triggered;
}

// Most decisions are asked for again while they stand.
Task<Result<NudgeDecision>> TriggerNudges::decide(const NudgeRule& rule, const ChurnScore& score) {
  auto standing = co_await nudges_.find_recorded(score.user_id, rule.rule_id);
  if (!standing) co_return standing.error();
  if (*standing) co_return std::move(**standing);
  NudgeDecision wanted = decide_by(rule, score, clock_.now());
  auto decision = co_await nudges_.decide(std::move(wanted), cool_down_);
  co_return decision;
}

Task<Result<void>> TriggerNudges::owe_coupons(const NudgeDecision& decision) {
  bool owes = false;
  for (const auto& nudge : decision.nudges) {
    if (!nudge.coupon_code) continue;
    jobs::Job job;
    job.id = std::string{kJobKind} + "." + nudge.nudge_id.str();
    job.kind = kJobKind;
    job.payload = payload_of(nudge.nudge_id);
    auto owed = co_await queue_.enqueue(std::move(job));
    if (!owed) co_return owed.error();
    owes = true;
  }
  if (!owes) co_return Result<void>{};
  auto marked = co_await nudges_.mark_owed(decision.user_id, decision.rule_id);
  co_return marked;
}

Task<Result<void>> TriggerNudges::assign_coupon(jobs::Job job) {
  auto id = nudge_of(job.payload);
  if (!id) co_return id.error();
  auto nudge = co_await nudges_.find(std::move(*id));
  if (!nudge) co_return nudge.error();
  if (!nudge->coupon_code) co_return rejected("The nudge has no coupon.");

  contracts::AssignCouponRequest request;
  request.user_id = nudge->user_id.str();
  request.coupon_id = *nudge->coupon_code;
  request.nudge_id = nudge->nudge_id.str();
  request.churn_score = nudge->churn_probability;
  const Deadline deadline = deadline_in(kAssignTimeout);
  auto assigned = co_await quickmart_.assign_coupon(std::move(request), deadline);
  if (assigned) {
    log::info("coupon assigned",
              {{"nudge", nudge->nudge_id.str()}, {"coupon", *nudge->coupon_code}, {"duplicate", assigned->duplicate}});
    co_return Result<void>{};
  }
  const ErrorKind kind = assigned.error().kind;
  if (kind != ErrorKind::NotFound && kind != ErrorKind::Rejected) co_return assigned.error();
  log::warn("coupon not assigned",
            {{"nudge", nudge->nudge_id.str()}, {"coupon", *nudge->coupon_code}, {"why", assigned.error().detail}});
  co_return Result<void>{};
}

}  // namespace qm::reco
