// Deliveries to the merchants' endpoints, after «Standard Webhooks»: from an event one record per endpoint that wants
// it, and from each record attempts, one durable job each, until one succeeds or kMaxTries failed. At least once; a
// message keeps its id and its bytes, so that the receiver can tell.
//
// Nothing gets lost in a crash: a delivery is written before its job, an attempt's outcome before the next one's job,
// and whoever runs a job again goes on from the record. The attempts have a queue of their own, and each endpoint a
// limited number of places in it (DeliveryLanes), so that a slow one holds up neither other endpoints nor the shop.
#pragma once
#include <atomic>
#include <chrono>
#include <mutex>
#include <random>

#include "platform/jobs/queue.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/delivery_lanes.hpp"
#include "QuickMart-backend/clients/webhook_sender.hpp"
#include "QuickMart-backend/store/webhook_store.hpp"

namespace qm::shop {

struct DeliveryTimes {
  std::chrono::milliseconds timeout_ms{10'000};       // of an attempt
  std::chrono::milliseconds first_pause_ms{10'000};  // then four times as long each time, up to a day
};

// Thread-safe.
class DeliverWebhooks {
 public:
  static constexpr const char* kJobKind = "webhook_attempt";
  static jobs::QueueOptions queue_options();

  struct Uses {
    jobs::Queue& attempts;
    WebhookStore& webhooks;
    DeliveryStore& deliveries;
    WebhookSender& sender;
    Audit& audit;
    const Clock& clock;
  };
  DeliverWebhooks(Uses uses, DeliveryTimes times) : uses_(uses), times_(times) {}

  // The handler of MerchantEvents::kJobKind.
  Task<Result<void>> fan_out(jobs::Job job);
  // The handler of kJobKind.
  Task<Result<void>> attempt(jobs::Job job);

  // Sends a message that only says that it works. NotFound, Conflict when the endpoint is disabled.
  Task<Result<Delivery>> test(WebhookId webhook);
  // Anew from the first attempt, whatever became of it before. NotFound, Conflict as test().
  Task<Result<Delivery>> redeliver(WebhookId webhook, DeliveryId delivery);

  // Since the start of this process.
  std::int64_t succeeded() const noexcept { return succeeded_; }
  std::int64_t failed() const noexcept { return failed_; }  // attempts

 private:
  Task<Result<void>> deliver(Delivery delivery);
  Task<Result<void>> schedule(const Delivery& delivery, Timestamp at, int postponed);
  Task<Result<void>> drop(DeliveryId delivery);
  Task<DeliveryAttempt> make_attempt(const Webhook& webhook, const Delivery& delivery);
  Task<Result<void>> judge_endpoint(Webhook webhook, DeliveryAttempt attempt);
  Task<Result<void>> disable(Webhook webhook, std::string why);
  std::chrono::milliseconds pause_before(std::int64_t tries);

  Uses uses_;
  DeliveryTimes times_;
  DeliveryLanes lanes_;
  std::mutex mutex_;
  std::mt19937_64 random_{std::random_device{}()};
  std::atomic<std::int64_t> succeeded_{0};
  std::atomic<std::int64_t> failed_{0};
};

}  // namespace qm::shop
