#include "QuickMart-backend/api/webhook_api.hpp"

#include "QuickMart-backend/api/audit_api.hpp"

namespace qm::shop {
namespace wire {

struct ByWebhook {
  WebhookId webhook_id;
};
BOOST_DESCRIBE_STRUCT(ByWebhook, (), (webhook_id))

struct ByDelivery {
  WebhookId webhook_id;
  DeliveryId delivery_id;
};
BOOST_DESCRIBE_STRUCT(ByDelivery, (), (webhook_id, delivery_id))

struct WebhookBody {
  std::string url;
  std::vector<std::string> events;  // empty: all
  std::string description;
  bool enabled = true;
};
BOOST_DESCRIBE_STRUCT(WebhookBody, (), (url, events, description, enabled))
inline auto constraints(const WebhookBody*) {
  using B = WebhookBody;
  return json::fields(json::field(&B::url, json::length(1, kMaxWebhookUrlBytes)),
                      json::field(&B::events, json::defaulted(), json::length(0, kMerchantEventTypes.size())),
                      json::field(&B::description, json::defaulted(), json::length(0, 500)),
                      json::field(&B::enabled, json::defaulted()));
}

// Never with a secret.
struct Webhook {
  std::string webhook_id;
  std::string url;
  std::vector<std::string> events;
  std::string description;
  bool enabled = true;
  std::optional<std::string> disabled_why;
  std::optional<Timestamp> failing_since;
  Timestamp created_at{};
  Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Webhook, (),
                      (webhook_id, url, events, description, enabled, disabled_why, failing_since, created_at,
                       updated_at))

// The only answers that show a secret: it is not shown again.
struct WebhookWithSecret {
  Webhook webhook;
  std::string secret;
};
BOOST_DESCRIBE_STRUCT(WebhookWithSecret, (), (webhook, secret))

struct WebhookList {
  std::vector<Webhook> webhooks;
  std::vector<std::string> event_types;  // that there are
};
BOOST_DESCRIBE_STRUCT(WebhookList, (), (webhooks, event_types))

struct WebhookRemoved {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(WebhookRemoved, (), (message))

struct DeliveryAttempt {
  Timestamp at{};
  std::optional<std::int64_t> status_code;
  std::int64_t duration_ms = 0;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(DeliveryAttempt, (), (at, status_code, duration_ms, error))

struct Delivery {
  std::string delivery_id;
  std::string message_id;  // the header webhook-id
  std::string event_type;
  std::string state;
  std::vector<DeliveryAttempt> attempts;
  std::optional<Timestamp> next_attempt_at;
  Timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(Delivery, (),
                      (delivery_id, message_id, event_type, state, attempts, next_attempt_at, created_at))

struct DeliveryList {
  std::vector<Delivery> deliveries;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(DeliveryList, (), (deliveries, cursor))

struct DeliveryPaging {
  std::int64_t limit = 50;
  std::optional<std::string> cursor;  // of the answer before
};
BOOST_DESCRIBE_STRUCT(DeliveryPaging, (), (limit, cursor))
inline auto constraints(const DeliveryPaging*) {
  return json::fields(json::field(&DeliveryPaging::limit, json::defaulted(), json::range(1, 200)),
                      json::field(&DeliveryPaging::cursor, json::length(1, 256)));
}

namespace {

Webhook to_webhook_wire(const shop::Webhook& webhook) {
  Webhook out;
  out.webhook_id = webhook.id.str();
  out.url = webhook.url;
  for (const MerchantEventType type : webhook.events) out.events.emplace_back(to_string(type));
  out.description = webhook.description;
  out.enabled = webhook.is_enabled;
  if (!webhook.disabled_why.empty()) out.disabled_why = webhook.disabled_why;
  out.failing_since = webhook.failing_since;
  out.created_at = webhook.created_at;
  out.updated_at = webhook.updated_at;
  return out;
}

Delivery to_delivery_wire(const shop::Delivery& delivery) {
  Delivery out;
  out.delivery_id = delivery.id.str();
  out.message_id = delivery.message_id;
  out.event_type = delivery.event_type;
  out.state = to_string(delivery.state);
  for (const shop::DeliveryAttempt& attempt : delivery.attempts) {
    DeliveryAttempt& each = out.attempts.emplace_back();
    each.at = attempt.at;
    if (attempt.status != 0) each.status_code = attempt.status;
    each.duration_ms = attempt.took_ms;
    if (!attempt.error.empty()) each.error = attempt.error;
  }
  out.next_attempt_at = delivery.next_attempt_at;
  out.created_at = delivery.created_at;
  return out;
}

// Invalid, with every name that is none.
Result<WebhookSettings> to_settings(WebhookBody&& body) {
  WebhookSettings settings;
  settings.url = std::move(body.url);
  settings.description = std::move(body.description);
  settings.is_enabled = body.enabled;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < body.events.size(); ++i) {
    if (const auto type = parse_merchant_event_type(body.events[i])) {
      settings.events.push_back(*type);
      continue;
    }
    Fault fault;
    fault.loc = {"body", "events", std::to_string(i)};
    fault.msg = "there is no such event";
    fault.type = "value_error.const";
    faults.push_back(std::move(fault));
  }
  if (!faults.empty()) return invalid(std::move(faults));
  return settings;
}

}  // namespace
}  // namespace wire

namespace {

using http::Answer;
using http::Call;
using http::None;

http::EndpointInfo webhook_staff(std::string name, std::string summary, std::vector<int> errors) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "webhooks";
  info.access = http::Access::Staff;
  info.errors = std::move(errors);
  return info;
}

AuditEntry webhook_entry(const http::Request& request, std::string action, const WebhookId& id,
                         std::string detail = {}) {
  return audit_entry(request, "webhook." + std::move(action), {"webhook", id.str()}, std::move(detail));
}

// A url's query may hold a secret of the receiver's.
std::string told_settings(const WebhookSettings& settings) {
  std::string told = settings.url.substr(0, settings.url.find('?')) + (settings.is_enabled ? "" : ", disabled") + ";";
  for (const MerchantEventType type : settings.events) told.append(" ").append(to_string(type));
  return settings.events.empty() ? told + " all events" : told;
}

wire::WebhookWithSecret with_secret(const Webhook& webhook) {
  return {wire::to_webhook_wire(webhook), webhook.secrets.front().value};
}

void add_endpoints(http::Api& api, const WebhookApp& app) {
  StaffWebhooks& staff = app.staff;
  Audit& audit = app.audit;
  api.post("/api/admin/webhooks",
           webhook_staff("create_webhook", "Adds an endpoint; its secret is shown this once", {400, 403, 409}),
           [&staff, &audit](Call<None, None, wire::WebhookBody> call) -> Task<Result<Answer<wire::WebhookWithSecret>>> {
             auto settings = wire::to_settings(std::move(call.body));
             if (!settings) co_return settings.error();
             AuditEntry entry = webhook_entry(*call.request, "create", WebhookId{}, told_settings(*settings));
             auto work = staff.create(std::move(*settings));
             std::function<std::string(const Webhook&)> tell = [](const Webhook& made) { return made.id.str(); };
             auto created = co_await audit.around(std::move(entry), std::move(work), std::move(tell));
             if (!created) co_return created.error();
             Answer<wire::WebhookWithSecret> answer;
             answer.status = 201;
             answer.headers.emplace_back("Cache-Control", "no-store");
             answer.body = with_secret(*created);
             co_return answer;
           });
  api.get("/api/admin/webhooks", webhook_staff("list_webhooks", "All endpoints, and the events that there are", {403}),
          [&staff](Call<>) -> Task<Result<wire::WebhookList>> {
            auto all = co_await staff.list();
            if (!all) co_return all.error();
            wire::WebhookList out;
            for (const Webhook& each : *all) out.webhooks.push_back(wire::to_webhook_wire(each));
            for (const MerchantEventType type : kMerchantEventTypes) out.event_types.emplace_back(to_string(type));
            co_return out;
          });
  api.get("/api/admin/webhooks/{webhook_id}", webhook_staff("get_webhook", "One endpoint", {403, 404}),
          [&staff](Call<wire::ByWebhook> call) -> Task<Result<wire::Webhook>> {
            auto webhook = co_await staff.get(std::move(call.path.webhook_id));
            if (!webhook) co_return webhook.error();
            co_return wire::to_webhook_wire(*webhook);
          });
  api.put("/api/admin/webhooks/{webhook_id}",
          webhook_staff("update_webhook", "Replaces an endpoint's settings", {400, 403, 404}),
          [&staff, &audit](Call<wire::ByWebhook, None, wire::WebhookBody> call) -> Task<Result<wire::Webhook>> {
            auto settings = wire::to_settings(std::move(call.body));
            if (!settings) co_return settings.error();
            AuditEntry entry = webhook_entry(*call.request, "update", call.path.webhook_id, told_settings(*settings));
            auto work = staff.update(std::move(call.path.webhook_id), std::move(*settings));
            auto updated = co_await audit.around(std::move(entry), std::move(work));
            if (!updated) co_return updated.error();
            co_return wire::to_webhook_wire(*updated);
          });
  api.del("/api/admin/webhooks/{webhook_id}",
          webhook_staff("remove_webhook", "Removes an endpoint; what waits for it is dropped", {403, 404}),
          [&staff, &audit](Call<wire::ByWebhook> call) -> Task<Result<wire::WebhookRemoved>> {
            AuditEntry entry = webhook_entry(*call.request, "remove", call.path.webhook_id);
            auto work = staff.remove(std::move(call.path.webhook_id));
            auto removed = co_await audit.around(std::move(entry), std::move(work));
            if (!removed) co_return removed.error();
            wire::WebhookRemoved out;
            out.message = "The webhook was removed.";
            co_return out;
          });
  api.post("/api/admin/webhooks/{webhook_id}/rotate-secret",
           webhook_staff("rotate_webhook_secret",
                         "A new secret, shown this once; for a day the old one signs beside it", {403, 404}),
           [&staff, &audit](Call<wire::ByWebhook> call) -> Task<Result<Answer<wire::WebhookWithSecret>>> {
             AuditEntry entry = webhook_entry(*call.request, "rotate_secret", call.path.webhook_id);
             auto work = staff.rotate_secret(std::move(call.path.webhook_id));
             auto rotated = co_await audit.around(std::move(entry), std::move(work));
             if (!rotated) co_return rotated.error();
             Answer<wire::WebhookWithSecret> answer;
             answer.headers.emplace_back("Cache-Control", "no-store");
             answer.body = with_secret(*rotated);
             co_return answer;
           });
}

void add_deliveries(http::Api& api, const WebhookApp& app) {
  StaffWebhooks& staff = app.staff;
  DeliverWebhooks& deliver = app.deliver;
  Audit& audit = app.audit;
  api.get("/api/admin/webhooks/{webhook_id}/deliveries",
          webhook_staff("webhook_deliveries", "What was delivered within 30 days, newest first", {400, 403, 404}),
          [&staff](Call<wire::ByWebhook, wire::DeliveryPaging> call) -> Task<Result<wire::DeliveryList>> {
            std::string cursor = std::move(call.query.cursor).value_or("");
            auto page = co_await staff.deliveries(std::move(call.path.webhook_id), std::move(cursor),
                                                  static_cast<std::size_t>(call.query.limit));
            if (!page) co_return page.error();
            wire::DeliveryList out;
            for (const Delivery& each : page->deliveries) out.deliveries.push_back(wire::to_delivery_wire(each));
            if (!page->cursor.empty()) out.cursor = std::move(page->cursor);
            co_return out;
          });
  api.post("/api/admin/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
           webhook_staff("redeliver_webhook", "Delivers it once more, whatever came of it before", {403, 404, 409}),
           [&deliver, &audit](Call<wire::ByDelivery> call) -> Task<Result<Answer<wire::Delivery>>> {
             AuditEntry entry = webhook_entry(*call.request, "redeliver", call.path.webhook_id,
                                              call.path.delivery_id.str());
             auto work = deliver.redeliver(std::move(call.path.webhook_id), std::move(call.path.delivery_id));
             auto delivery = co_await audit.around(std::move(entry), std::move(work));
             if (!delivery) co_return delivery.error();
             Answer<wire::Delivery> answer;
             answer.status = 202;
             answer.body = wire::to_delivery_wire(*delivery);
             co_return answer;
           });
  api.post("/api/admin/webhooks/{webhook_id}/test",
           webhook_staff("test_webhook", "Sends the event webhook.test, which says that it works", {403, 404, 409}),
           [&deliver, &audit](Call<wire::ByWebhook> call) -> Task<Result<Answer<wire::Delivery>>> {
             AuditEntry entry = webhook_entry(*call.request, "test", call.path.webhook_id);
             auto work = deliver.test(std::move(call.path.webhook_id));
             auto delivery = co_await audit.around(std::move(entry), std::move(work));
             if (!delivery) co_return delivery.error();
             Answer<wire::Delivery> answer;
             answer.status = 202;
             answer.body = wire::to_delivery_wire(*delivery);
             co_return answer;
           });
}

}  // namespace

void add_webhook_routes(http::Api& api, WebhookApp app) {
  add_endpoints(api, app);
  add_deliveries(api, app);
}

}  // namespace qm::shop
