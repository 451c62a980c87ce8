// Tells RecoEngine what the shop knows of a customer: through a durable job, since RecoEngine may be away.
#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/jobs/queue.hpp"
#include "QuickMart-backend/app/customer_features.hpp"
#include "QuickMart-backend/clients/reco_client.hpp"

namespace qm::shop {

// Thread-safe.
class SendFeatures {
 public:
  static constexpr const char* kJobKind = "send_features";  // payload {"user_id":"…"}

  SendFeatures(jobs::Queue& queue, RecoClient& reco, CustomerFeatures& features, const Clock& clock)
      : queue_(queue), reco_(reco), features_(features), clock_(clock) {}

  // Durable when it returns.
  Task<Result<void>> owe(UserId user);
  // The handler of kJobKind. Idempotent: features merge into what RecoEngine has. Done when there is no history.
  Task<Result<void>> handle(jobs::Job job);

 private:
  jobs::Queue& queue_;
  RecoClient& reco_;
  CustomerFeatures& features_;
  const Clock& clock_;
};

}  // namespace qm::shop
