// Endpoints of webhooks, set "webhook", id = webhook id; and what is delivered to them, set "webhook_dlv", id =
// delivery id, kept for kDeliveryKept. Every change is one step on one record. Secrets lie in the endpoint's record as
// they are, since they sign. Thread-safe.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/webhook.hpp"
#include "QuickMart-backend/store/hourly_log.hpp"

namespace qm::shop {

class WebhookStore {
 public:
  explicit WebhookStore(kv::Store& store) : store_(store) {}

  Task<Result<void>> create(Webhook webhook);  // AlreadyExists
  Task<Result<Webhook>> get(WebhookId id);     // NotFound, also when it was removed
  Task<Result<std::vector<Webhook>>> list();   // oldest first
  // → whether there is something to write
  using Change = std::function<Result<bool>(Webhook& webhook)>;
  Task<Result<Webhook>> change(WebhookId id, Change change);  // NotFound
  // It is gone for good, its secrets with it. NotFound.
  Task<Result<void>> remove(WebhookId id);

 private:
  kv::Store& store_;
};

struct DeliveryPage {
  std::vector<Delivery> deliveries;
  std::string cursor;  // empty: no more
};

class DeliveryStore {
 public:
  explicit DeliveryStore(kv::Store& store) : store_(store), log_(store, "webhook_dlv") {}

  Task<Result<void>> open();
  Task<Result<void>> add(Delivery delivery);   // one that is there already stays as it is
  Task<Result<Delivery>> get(DeliveryId id);   // NotFound
  using Change = std::function<Result<bool>(Delivery& delivery)>;
  Task<Result<Delivery>> change(DeliveryId id, Change change);  // NotFound
  // Newest first, at most `limit` (1…200). Rejected for a cursor that is none.
  Task<Result<DeliveryPage>> of_webhook(WebhookId webhook, Timestamp now, std::string cursor, std::size_t limit);

 private:
  kv::Store& store_;
  HourlyLog log_;
};

}  // namespace qm::shop
