#include "QuickMart-backend/app/predict_after_login.hpp"

#include "QuickMart-backend/app/job_payload.hpp"
#include "QuickMart-backend/app/message_text.hpp"

namespace qm::shop {
namespace {

constexpr std::chrono::milliseconds kPredictTimeoutMs{3'000};

const std::string* template_of(const std::vector<contracts::NudgeSummary>& nudges) {
  for (const auto& nudge : nudges)
    if (nudge.content && !nudge.content->empty()) return &*nudge.content;
  return nullptr;
}

// Whether a customer can make anything of it: it speaks of them, not of people like them, and of something known.
bool is_for_the_customer(const contracts::Explanation& explanation) {
  if (explanation.reason == "BEHAVIORAL_PATTERNS") return false;
  return explanation.features.empty() || !explanation.features.front().value.is_null();
}

MessageFields fields_of(const User& user, const contracts::Prediction& prediction,
                        const std::optional<Coupon>& coupon) {
  MessageFields fields;
  fields.name = user.profile.name;
  for (const auto& explanation : prediction.explanations)
    if (is_for_the_customer(explanation)) fields.reasons.push_back(explanation.text);
  if (coupon) {
    fields.coupon = coupon->code;
    fields.expiry = coupon->valid_until;
  }
  return fields;
}

}  // namespace

Task<Result<void>> PredictAfterLogin::owe(UserId user, std::string login_id) {
  jobs::Job job;
  job.id = std::string{kJobKind} + "_" + login_id;
  job.kind = kJobKind;
  job.payload = print_customer_job(user);
  auto enqueued = co_await queue_.enqueue(std::move(job));
  if (enqueued) ++owed_;
  co_return enqueued;
}

Task<Result<void>> PredictAfterLogin::handle(jobs::Job job) {
  auto user_id = parse_customer_job(job.payload);
  if (!user_id) co_return user_id.error();
  auto id = MessageId::parse("msg_" + job.id);
  if (!id) co_return id.error();
  auto user = co_await users_.get(*user_id);
  if (!user) {
    if (user.error().kind == ErrorKind::NotFound) co_return Result<void>{};  // closed meanwhile
    co_return user.error();
  }
  auto prediction = co_await reco_.predict(std::move(*user_id), deadline_in(kPredictTimeoutMs));
  if (!prediction) {
    if (prediction.error().kind == ErrorKind::NotFound) co_return Result<void>{};  // a customer without a past
    co_return prediction.error();
  }
  if (!prediction->nudges_triggered) co_return Result<void>{};
  co_return co_await leave_message(std::move(user->user), std::move(*prediction), std::move(*id));
}

// The first coupon that a nudge brought, if it can be used; the message is of use without it too.
Task<Result<std::optional<Coupon>>> PredictAfterLogin::coupon_of(std::vector<contracts::NudgeSummary> nudges) {
  std::optional<Coupon> usable;
  for (const auto& nudge : nudges) {
    if (!nudge.coupon_code) continue;
    std::string code = *nudge.coupon_code;
    auto coupon = co_await coupons_.find(std::move(code));
    if (!coupon && coupon.error().kind != ErrorKind::NotFound) co_return coupon.error();
    if (!coupon || !is_available(*coupon, clock_.now())) continue;
    usable = std::move(*coupon);
    break;
  }
  co_return usable;
}

Task<Result<void>> PredictAfterLogin::leave_message(User user, contracts::Prediction prediction, MessageId id) {
  const std::vector<contracts::NudgeSummary>& nudges = *prediction.nudges_triggered;
  auto coupon = co_await coupon_of(nudges);
  if (!coupon) co_return coupon.error();
  const MessageFields fields = fields_of(user, prediction, *coupon);
  const std::string* text_template = template_of(nudges);
  Message message;
  message.id = std::move(id);
  message.user_id = user.id;
  message.text = text_template ? render_message(*text_template, fields) : plain_message(fields);
  message.churn_probability = prediction.churn_probability;
  message.churn_reasons = prediction.churn_reasons;
  message.created_at = clock_.now();
  auto added = co_await messages_.add(std::move(message));
  if (added) ++messages_left_;
  co_return added;
}

}  // namespace qm::shop
