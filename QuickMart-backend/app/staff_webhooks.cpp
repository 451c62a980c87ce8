#include "QuickMart-backend/app/staff_webhooks.hpp"

#include "platform/security/standard_webhook.hpp"

namespace qm::shop {

Task<Result<Webhook>> StaffWebhooks::create(WebhookSettings settings) {
  if (auto allowed = uses_.sender.check(settings.url); !allowed) co_return allowed.error();
  auto all = co_await uses_.webhooks.list();
  if (!all) co_return all.error();
  if (all->size() >= kMaxWebhooks)
    co_return Error{ErrorKind::Conflict, "There are " + std::to_string(kMaxWebhooks) + " webhooks, which is the most."};
  Webhook webhook;
  webhook.created_at = webhook.updated_at = uses_.clock.now();
  webhook.id = WebhookId::make(webhook.created_at);
  webhook.url = std::move(settings.url);
  webhook.events = std::move(settings.events);
  webhook.description = std::move(settings.description);
  webhook.is_enabled = settings.is_enabled;
  webhook.secrets.push_back({security::make_webhook_secret(), std::nullopt});
  auto created = co_await uses_.webhooks.create(webhook);
  if (!created) co_return created.error();
  co_return webhook;
}

Task<Result<std::vector<Webhook>>> StaffWebhooks::list() { co_return co_await uses_.webhooks.list(); }

Task<Result<Webhook>> StaffWebhooks::get(WebhookId id) { co_return co_await uses_.webhooks.get(std::move(id)); }

Task<Result<Webhook>> StaffWebhooks::update(WebhookId id, WebhookSettings settings) {
  if (auto allowed = uses_.sender.check(settings.url); !allowed) co_return allowed.error();
  const Timestamp now = uses_.clock.now();
  WebhookStore::Change change = [&](Webhook& webhook) -> Result<bool> {
    webhook.url = settings.url;
    webhook.events = settings.events;
    webhook.description = settings.description;
    if (settings.is_enabled) {
      webhook.disabled_why.clear();
      webhook.failing_since.reset();
    }
    webhook.is_enabled = settings.is_enabled;
    webhook.updated_at = now;
    return true;
  };
  co_return co_await uses_.webhooks.change(std::move(id), std::move(change));
}

Task<Result<void>> StaffWebhooks::remove(WebhookId id) { co_return co_await uses_.webhooks.remove(std::move(id)); }

Task<Result<Webhook>> StaffWebhooks::rotate_secret(WebhookId id) {
  const std::string secret = security::make_webhook_secret();
  const Timestamp now = uses_.clock.now();
  WebhookStore::Change change = [&secret, now](Webhook& webhook) -> Result<bool> {
    rotate(webhook, secret, now);
    return true;
  };
  co_return co_await uses_.webhooks.change(std::move(id), std::move(change));
}

Task<Result<DeliveryPage>> StaffWebhooks::deliveries(WebhookId id, std::string cursor, std::size_t limit) {
  auto webhook = co_await uses_.webhooks.get(std::move(id));
  if (!webhook) co_return webhook.error();
  co_return co_await uses_.deliveries.of_webhook(std::move(webhook->id), uses_.clock.now(), std::move(cursor), limit);
}

}  // namespace qm::shop
