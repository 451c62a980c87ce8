#include "QuickMart-backend/store/webhook_store.hpp"

#include <algorithm>

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kWebhookSet = "webhook";
constexpr const char* kDeliverySet = "webhook_dlv";
constexpr const char* kRemoved = "removed";
constexpr std::size_t kWebhooksPerPage = 500;
constexpr const char* kWebhookContended = "This webhook is being changed elsewhere; please try again.";

Error no_webhook() { return not_found("There is no such webhook."); }
Error no_delivery() { return not_found("There is no such delivery."); }

kv::Bins encode_webhook(const Webhook& webhook) {
  kv::List events;
  for (const MerchantEventType type : webhook.events) events.emplace_back(std::string{to_string(type)});
  kv::List secrets;
  for (const WebhookSecret& secret : webhook.secrets) {
    kv::Map fields;
    fields["value"] = secret.value;
    if (secret.until) fields["until"] = to_value(*secret.until);
    secrets.emplace_back(std::move(fields));
  }
  kv::Bins bins;
  bins["url"] = webhook.url;
  if (!events.empty()) bins["events"] = std::move(events);
  if (!webhook.description.empty()) bins["description"] = webhook.description;
  bins["enabled"] = webhook.is_enabled;
  if (!webhook.disabled_why.empty()) bins["disabled_why"] = webhook.disabled_why;
  bins["secrets"] = std::move(secrets);
  if (webhook.failing_since) bins["failing_since"] = to_value(*webhook.failing_since);
  bins["created_at"] = to_value(webhook.created_at);
  bins["updated_at"] = to_value(webhook.updated_at);
  return bins;
}

Webhook decode_webhook(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  Webhook webhook;
  webhook.id = WebhookId{id};
  webhook.url = fields.text("url");
  for (const std::string& name : fields.texts("events"))
    if (const auto type = parse_merchant_event_type(name)) webhook.events.push_back(*type);
  webhook.description = fields.text("description");
  webhook.is_enabled = fields.flag("enabled");
  webhook.disabled_why = fields.text("disabled_why");
  for (const kv::Value& each : fields.list("secrets")) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields secret{*map};
    webhook.secrets.push_back({secret.text("value"), secret.maybe_time("until")});
  }
  webhook.failing_since = fields.maybe_time("failing_since");
  webhook.created_at = fields.time("created_at");
  webhook.updated_at = fields.time("updated_at");
  return webhook;
}

kv::Bins encode_delivery(const Delivery& delivery) {
  kv::List attempts;
  for (const DeliveryAttempt& attempt : delivery.attempts) {
    kv::Map fields;
    fields["at"] = to_value(attempt.at);
    fields["status"] = attempt.status;
    fields["took_ms"] = attempt.took_ms;
    if (!attempt.error.empty()) fields["error"] = attempt.error;
    attempts.emplace_back(std::move(fields));
  }
  kv::Bins bins;
  bins["webhook_id"] = delivery.webhook_id.str();
  bins["message_id"] = delivery.message_id;
  bins["event_type"] = delivery.event_type;
  bins["body"] = delivery.body;
  bins["state"] = std::string{to_string(delivery.state)};
  bins["round"] = delivery.round;
  bins["tries"] = delivery.tries;
  if (!attempts.empty()) bins["attempts"] = std::move(attempts);
  if (delivery.next_attempt_at) bins["next_at"] = to_value(*delivery.next_attempt_at);
  HourlyLog::mark(delivery.webhook_id.str(), delivery.created_at, bins);
  return bins;
}

Delivery decode_delivery(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  Delivery delivery;
  delivery.id = DeliveryId{id};
  delivery.webhook_id = WebhookId{fields.text("webhook_id")};
  delivery.message_id = fields.text("message_id");
  delivery.event_type = fields.text("event_type");
  delivery.body = fields.text("body");
  delivery.state = parse_delivery_state(fields.text("state")).value_or(DeliveryState::failed);
  delivery.round = fields.integer("round");
  delivery.tries = fields.integer("tries");
  for (const kv::Value& each : fields.list("attempts")) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields attempt{*map};
    delivery.attempts.push_back({attempt.time("at"), static_cast<int>(attempt.integer("status")),
                                 attempt.integer("took_ms"), attempt.text("error")});
  }
  delivery.next_attempt_at = fields.maybe_time("next_at");
  delivery.created_at = fields.time(HourlyLog::kAt);
  return delivery;
}

}  // namespace

Task<Result<void>> WebhookStore::create(Webhook webhook) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kWebhookSet, webhook.id.str()};
  kv::Bins bins = encode_webhook(webhook);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<Webhook>> WebhookStore::get(WebhookId id) {
  kv::Key key{kWebhookSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return no_webhook();
  if (!record) co_return record.error();
  if (RecordFields{*record}.flag(kRemoved)) co_return no_webhook();
  co_return decode_webhook(id.str(), *record);
}

Task<Result<std::vector<Webhook>>> WebhookStore::list() {
  std::vector<Webhook> all;
  std::string cursor;
  do {
    auto page = co_await store_.scan(kWebhookSet, std::move(cursor), kWebhooksPerPage);
    if (!page) co_return page.error();
    for (const kv::Entry& entry : page->entries)
      if (!RecordFields{entry.record}.flag(kRemoved)) all.push_back(decode_webhook(entry.key.id, entry.record));
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  std::ranges::sort(all, {}, &Webhook::id);
  co_return all;
}

Task<Result<Webhook>> WebhookStore::change(WebhookId id, Change change) {
  Webhook webhook;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr || RecordFields{*record}.flag(kRemoved)) return no_webhook();
    webhook = decode_webhook(id.str(), *record);
    auto changed = change(webhook);
    if (!changed) return changed.error();
    return *changed ? std::optional{encode_webhook(webhook)} : std::nullopt;
  };
  kv::Key key{kWebhookSet, id.str()};
  auto changed = co_await change_record(store_, std::move(key), std::move(apply), kWebhookContended);
  if (!changed) co_return changed.error();
  co_return webhook;
}

Task<Result<void>> WebhookStore::remove(WebhookId id) {
  // A mark instead of a delete, which may come back on a cluster.
  RecordChange apply = [](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr || RecordFields{*record}.flag(kRemoved)) return no_webhook();
    kv::Bins bins;
    bins[kRemoved] = true;
    return std::optional{std::move(bins)};
  };
  kv::Key key{kWebhookSet, id.str()};
  co_return co_await change_record(store_, std::move(key), std::move(apply), kWebhookContended);
}

Task<Result<void>> DeliveryStore::open() { co_return co_await log_.open(); }

Task<Result<void>> DeliveryStore::add(Delivery delivery) {
  kv::Bins bins = encode_delivery(delivery);
  auto added = co_await log_.add(delivery.webhook_id.str(), delivery.id.str(), delivery.created_at, std::move(bins),
                                 std::chrono::seconds{kDeliveryKept});
  if (!added && added.error().kind != ErrorKind::AlreadyExists) co_return added.error();
  co_return Result<void>{};
}

Task<Result<Delivery>> DeliveryStore::get(DeliveryId id) {
  kv::Key key{kDeliverySet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return no_delivery();
  if (!record) co_return record.error();
  co_return decode_delivery(id.str(), *record);
}

Task<Result<Delivery>> DeliveryStore::change(DeliveryId id, Change change) {
  Delivery delivery;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr) return no_delivery();
    delivery = decode_delivery(id.str(), *record);
    auto changed = change(delivery);
    if (!changed) return changed.error();
    return *changed ? std::optional{encode_delivery(delivery)} : std::nullopt;
  };
  kv::Key key{kDeliverySet, id.str()};
  auto changed = co_await change_record(store_, std::move(key), std::move(apply),
                                        "This delivery is being changed elsewhere; please try again.");
  if (!changed) co_return changed.error();
  co_return delivery;
}

Task<Result<DeliveryPage>> DeliveryStore::of_webhook(WebhookId webhook, Timestamp now, std::string cursor,
                                                     std::size_t limit) {
  HourlyLog::Place from;
  if (!cursor.empty()) {
    auto place = HourlyLog::Place::parse(cursor);
    if (!place) co_return place.error();
    from = std::move(*place);
  }
  DeliveryPage page;
  HourlyLog::Visit take = [&](HourlyLog::Item item) -> Result<bool> {
    page.deliveries.push_back(decode_delivery(item.id, item.record));
    if (page.deliveries.size() < limit) return true;
    page.cursor = HourlyLog::Place{page.deliveries.back().created_at, item.id}.str();
    return false;
  };
  auto walked = co_await log_.walk(webhook.str(), std::move(from), now - kDeliveryKept, std::move(take));
  if (!walked) co_return walked.error();
  co_return page;
}

}  // namespace qm::shop
