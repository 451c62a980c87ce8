// Webhooks as the staff set them up. Secrets are told once, when they are made. Thread-safe.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/clients/webhook_sender.hpp"
#include "QuickMart-backend/store/webhook_store.hpp"

namespace qm::shop {

struct WebhookSettings {
  std::string url;
  std::vector<MerchantEventType> events;  // empty: all
  std::string description;
  bool is_enabled = true;
};

class StaffWebhooks {
 public:
  struct Uses {
    WebhookStore& webhooks;
    DeliveryStore& deliveries;
    const WebhookSender& sender;
    const Clock& clock;
  };
  explicit StaffWebhooks(Uses uses) : uses_(uses) {}

  // Rejected for a url that nothing is sent to, Conflict beyond kMaxWebhooks. The secret is the first of `secrets`.
  Task<Result<Webhook>> create(WebhookSettings settings);
  Task<Result<std::vector<Webhook>>> list();
  Task<Result<Webhook>> get(WebhookId id);  // NotFound
  // Enabling forgets why it was disabled. NotFound, Rejected as create().
  Task<Result<Webhook>> update(WebhookId id, WebhookSettings settings);
  Task<Result<void>> remove(WebhookId id);  // NotFound
  // The new secret is the first of `secrets`; the old one signs beside it for kOldSecretLives. NotFound.
  Task<Result<Webhook>> rotate_secret(WebhookId id);
  // Newest first. NotFound, Rejected for a cursor that is none.
  Task<Result<DeliveryPage>> deliveries(WebhookId id, std::string cursor, std::size_t limit);

 private:
  Uses uses_;
};

}  // namespace qm::shop
