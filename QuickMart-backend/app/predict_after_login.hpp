// «Predict after login»: a login leaves a durable job, so that it neither waits for RecoEngine nor loses a prediction
// that it owes. The handler asks RecoEngine (which assigns coupons through the internal route) and leaves the customer
// a message when it nudged.
#pragma once
#include <atomic>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/jobs/queue.hpp"
#include "QuickMart-backend/clients/reco_client.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/message_store.hpp"
#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

// Thread-safe.
class PredictAfterLogin {
 public:
  static constexpr const char* kJobKind = "predict_churn";

  PredictAfterLogin(jobs::Queue& queue, RecoClient& reco, UserStore& users, CouponStore& coupons,
                    MessageStore& messages, const Clock& clock)
      : queue_(queue), reco_(reco), users_(users), coupons_(coupons), messages_(messages), clock_(clock) {}

  // Owes a prediction for this login: durable when it returns. `login_id` is unique per login, at most 80 bytes.
  Task<Result<void>> owe(UserId user, std::string login_id);
  // The handler of kJobKind. Idempotent: the message's id follows from the job's.
  Task<Result<void>> handle(jobs::Job job);

  // Since the start of this process.
  std::int64_t owed() const noexcept { return owed_; }
  std::int64_t messages_left() const noexcept { return messages_left_; }

 private:
  Task<Result<void>> leave_message(User user, contracts::Prediction prediction, MessageId id);
  Task<Result<std::optional<Coupon>>> coupon_of(std::vector<contracts::NudgeSummary> nudges);

  jobs::Queue& queue_;
  RecoClient& reco_;
  UserStore& users_;
  CouponStore& coupons_;
  MessageStore& messages_;
  const Clock& clock_;
  std::atomic<std::int64_t> owed_{0};
  std::atomic<std::int64_t> messages_left_{0};
};

}  // namespace qm::shop
