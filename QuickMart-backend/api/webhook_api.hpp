// /api/admin/webhooks…: endpoints of webhooks, and what was delivered to them.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/deliver_webhooks.hpp"
#include "QuickMart-backend/app/staff_webhooks.hpp"

namespace qm::shop {

struct WebhookApp {
  StaffWebhooks& staff;
  DeliverWebhooks& deliver;
  Audit& audit;
};

// What `app` refers to outlives `api`.
void add_webhook_routes(http::Api& api, WebhookApp app);

}  // namespace qm::shop
