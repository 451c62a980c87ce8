#include "QuickMart-backend/app/deliver_webhooks.hpp"

#include <boost/json.hpp>

#include "platform/log/log.hpp"
#include "platform/security/password.hpp"
#include "platform/security/standard_webhook.hpp"
#include "QuickMart-backend/app/merchant_events.hpp"
#include "QuickMart-backend/app/webhook_body.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kAttemptsAtOnce = 64;
constexpr std::size_t kDigits = 32;

// Which attempt a job is to make.
struct Ticket {
  std::string delivery;
  std::int64_t round = 0;
  std::int64_t number = 0;    // of the round, from 1
  std::int64_t postponed = 0; // so often, as its endpoint had no place
};

std::string print_ticket(const Ticket& ticket) {
  return boost::json::serialize(boost::json::object{{"delivery", ticket.delivery},
                                                    {"round", ticket.round},
                                                    {"number", ticket.number},
                                                    {"postponed", ticket.postponed}});
}

Result<Ticket> parse_ticket(const std::string& payload) {
  boost::system::error_code failed;
  const auto document = boost::json::parse(payload, failed);
  const auto* object = failed ? nullptr : document.if_object();
  const auto* delivery = object ? object->if_contains("delivery") : nullptr;
  const auto number = [&](const char* name) {
    const auto* value = object->if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
  };
  if (delivery == nullptr || !delivery->is_string()) return rejected("The job names no delivery.");
  return Ticket{std::string{delivery->get_string()}, number("round"), number("number"), number("postponed")};
}

std::string job_id_of(const Ticket& ticket) {
  std::string id = ticket.delivery + "." + std::to_string(ticket.round) + "." + std::to_string(ticket.number);
  if (ticket.postponed > 0) id += ".p" + std::to_string(ticket.postponed);
  return id;
}

Delivery make_delivery(const WebhookId& webhook, const std::string& event, std::string type, std::string body,
                       Timestamp now) {
  Delivery delivery;
  delivery.id = DeliveryId{"whd_" + security::sha256_hex({webhook.str(), event}).substr(0, kDigits)};
  delivery.webhook_id = webhook;
  delivery.message_id = "msg_" + security::sha256_hex(event).substr(0, kDigits);
  delivery.event_type = std::move(type);
  delivery.body = std::move(body);
  delivery.created_at = now;
  delivery.next_attempt_at = now;
  return delivery;
}

// Given back however the attempt ends.
struct Place {
  DeliveryLanes& lanes;
  const WebhookId& webhook;
  const DeliveryAttempt& made;
  ~Place() { lanes.leave(webhook, std::chrono::milliseconds{made.took_ms}); }
};

Error is_disabled() { return {ErrorKind::Conflict, "The webhook is disabled; enable it first."}; }

}  // namespace

jobs::QueueOptions DeliverWebhooks::queue_options() {
  jobs::QueueOptions options;
  options.set = "webhook_job";
  options.concurrency = kAttemptsAtOnce;
  return options;
}

Task<Result<void>> DeliverWebhooks::fan_out(jobs::Job job) {
  auto event = parse_merchant_event(job.payload);
  if (!event) co_return event.error();
  auto webhooks = co_await uses_.webhooks.list();
  if (!webhooks) co_return webhooks.error();
  for (const Webhook& webhook : *webhooks) {
    if (!wants(webhook, event->type)) continue;
    Delivery delivery = make_delivery(webhook.id, event->id, std::string{to_string(event->type)},
                                      webhook_body(*event), uses_.clock.now());
    auto delivered = co_await deliver(std::move(delivery));
    if (!delivered) co_return delivered.error();
  }
  co_return Result<void>{};
}

// Idempotent: of a delivery that is there already, the first attempt is made once.
Task<Result<void>> DeliverWebhooks::deliver(Delivery delivery) {
  auto added = co_await uses_.deliveries.add(delivery);
  if (!added) co_return added;
  co_return co_await schedule(delivery, uses_.clock.now(), 0);
}

Task<Result<void>> DeliverWebhooks::schedule(const Delivery& delivery, Timestamp at, int postponed) {
  const Ticket ticket{delivery.id.str(), delivery.round, delivery.tries + 1, postponed};
  jobs::Job job;
  job.id = job_id_of(ticket);
  job.kind = kJobKind;
  job.payload = print_ticket(ticket);
  co_return co_await uses_.attempts.enqueue(std::move(job), at);
}

Task<Result<void>> DeliverWebhooks::attempt(jobs::Job job) {
  const auto ticket = parse_ticket(job.payload);
  if (!ticket) co_return ticket.error();
  DeliveryId id{ticket->delivery};
  auto delivery = co_await uses_.deliveries.get(id);
  if (!delivery && delivery.error().kind == ErrorKind::NotFound) co_return Result<void>{};  // it was kept long enough
  if (!delivery) co_return delivery.error();
  if (delivery->state != DeliveryState::pending || delivery->round != ticket->round) co_return Result<void>{};
  // Made already, by whoever died before the next attempt had its job.
  if (delivery->tries >= ticket->number)
    co_return co_await schedule(*delivery, delivery->next_attempt_at.value_or(uses_.clock.now()), 0);

  auto webhook = co_await uses_.webhooks.get(delivery->webhook_id);
  const bool is_gone = !webhook && webhook.error().kind == ErrorKind::NotFound;
  if (!webhook && !is_gone) co_return webhook.error();
  if (is_gone || !webhook->is_enabled) co_return co_await drop(std::move(id));

  if (const auto later = lanes_.enter(webhook->id, uses_.clock.now()))
    co_return co_await schedule(*delivery, *later, static_cast<int>(ticket->postponed) + 1);
  DeliveryAttempt made;
  {
    const Place place{lanes_, webhook->id, made};
    made = co_await make_attempt(*webhook, *delivery);
  }
  ++(made.succeeded() ? succeeded_ : failed_);

  const auto pause = pause_before(ticket->number);
  DeliveryStore::Change note = [&](Delivery& stored) -> Result<bool> {
    const bool is_same = stored.round == ticket->round && stored.tries == ticket->number - 1 &&
                         stored.state == DeliveryState::pending;
    if (is_same) note_attempt(stored, made, pause);
    return is_same;
  };
  auto noted = co_await uses_.deliveries.change(std::move(id), std::move(note));
  if (!noted) co_return noted.error();
  auto judged = co_await judge_endpoint(std::move(*webhook), made);
  if (!judged) co_return judged.error();
  if (noted->state != DeliveryState::pending || noted->round != ticket->round) co_return Result<void>{};
  co_return co_await schedule(*noted, noted->next_attempt_at.value_or(uses_.clock.now()), 0);
}

Task<Result<void>> DeliverWebhooks::drop(DeliveryId delivery) {
  DeliveryStore::Change note = [](Delivery& stored) -> Result<bool> {
    if (stored.state != DeliveryState::pending) return false;
    stored.state = DeliveryState::dropped;
    stored.next_attempt_at.reset();
    return true;
  };
  auto dropped = co_await uses_.deliveries.change(std::move(delivery), std::move(note));
  if (!dropped) co_return dropped.error();
  co_return Result<void>{};
}

Task<DeliveryAttempt> DeliverWebhooks::make_attempt(const Webhook& webhook, const Delivery& delivery) {
  DeliveryAttempt attempt;
  attempt.at = uses_.clock.now();
  std::string signatures;
  for (const std::string& secret : secrets_at(webhook, attempt.at)) {
    const auto signature = security::sign_standard_webhook(secret, delivery.message_id, attempt.at, delivery.body);
    if (signature) signatures.append(signatures.empty() ? "" : " ").append(*signature);
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(attempt.at).time_since_epoch().count();
  std::vector<std::pair<std::string, std::string>> headers;
  headers.emplace_back("User-Agent", "QuickMart-Webhooks/1");
  headers.emplace_back("webhook-id", delivery.message_id);
  headers.emplace_back("webhook-timestamp", std::to_string(seconds));
  headers.emplace_back("webhook-signature", std::move(signatures));
  const auto begun = std::chrono::steady_clock::now();
  auto answer = co_await uses_.sender.send(webhook.url, std::move(headers), delivery.body,
                                           deadline_in(times_.timeout_ms));
  const auto took = std::chrono::steady_clock::now() - begun;
  attempt.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  if (answer) attempt.status = *answer;
  else attempt.error = answer.error().kind == ErrorKind::Rejected ? answer.error().detail : "There was no answer.";
  co_return attempt;
}

Task<Result<void>> DeliverWebhooks::judge_endpoint(Webhook webhook, DeliveryAttempt attempt) {
  const Timestamp now = uses_.clock.now();
  const EndpointVerdict verdict = judge(webhook, attempt, now);
  if (verdict == EndpointVerdict::unchanged) co_return Result<void>{};
  if (verdict == EndpointVerdict::disable) {
    std::string why = attempt.status == 410 ? "the endpoint says that it is gone (410)"
                                            : "the endpoint has failed for three days without a success";
    co_return co_await disable(std::move(webhook), std::move(why));
  }
  WebhookStore::Change change = [verdict, now](Webhook& stored) -> Result<bool> {
    if (verdict == EndpointVerdict::failing && !stored.failing_since) stored.failing_since = now;
    else if (verdict == EndpointVerdict::recovered && stored.failing_since) stored.failing_since.reset();
    else return false;
    return true;
  };
  auto changed = co_await uses_.webhooks.change(webhook.id, std::move(change));
  if (!changed && changed.error().kind != ErrorKind::NotFound) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> DeliverWebhooks::disable(Webhook webhook, std::string why) {
  AuditEntry entry;
  // One entry, however many attempts find it out at once.
  const std::string state = std::to_string(webhook.updated_at.time_since_epoch().count());
  entry.id = AuditId{"aud_disabled_" + webhook.id.str() + "_" + state};
  entry.actor = "shop";
  entry.action = "webhook.disable";
  entry.subject = {"webhook", webhook.id.str()};
  entry.detail = why;
  auto audited = co_await uses_.audit.note(std::move(entry));
  if (!audited) co_return audited;
  const Timestamp now = uses_.clock.now();
  const Timestamp as_seen = webhook.updated_at;
  WebhookStore::Change change = [&why, as_seen, now](Webhook& stored) -> Result<bool> {
    // Staff who changed it meanwhile, such as by enabling it again, know better.
    if (!stored.is_enabled || stored.updated_at != as_seen) return false;
    stored.is_enabled = false;
    stored.disabled_why = why;
    stored.updated_at = now;
    return true;
  };
  auto changed = co_await uses_.webhooks.change(webhook.id, std::move(change));
  if (!changed && changed.error().kind != ErrorKind::NotFound) co_return changed.error();
  log::warn("a webhook is disabled", {{"webhook", webhook.id.str()}, {"why", why}});
  co_return Result<void>{};
}

std::chrono::milliseconds DeliverWebhooks::pause_before(std::int64_t tries) {
  std::lock_guard lock{mutex_};
  return pause_after(tries, times_.first_pause_ms, std::uniform_real_distribution<double>{}(random_));
}

Task<Result<Delivery>> DeliverWebhooks::test(WebhookId id) {
  auto webhook = co_await uses_.webhooks.get(std::move(id));
  if (!webhook) co_return webhook.error();
  if (!webhook->is_enabled) co_return is_disabled();
  const Timestamp now = uses_.clock.now();
  Delivery delivery = make_delivery(webhook->id, make_id("test", now), kTestEvent, test_webhook_body(now), now);
  auto delivered = co_await deliver(delivery);
  if (!delivered) co_return delivered.error();
  co_return delivery;
}

Task<Result<Delivery>> DeliverWebhooks::redeliver(WebhookId webhook_id, DeliveryId id) {
  auto webhook = co_await uses_.webhooks.get(std::move(webhook_id));
  if (!webhook) co_return webhook.error();
  if (!webhook->is_enabled) co_return is_disabled();
  const Timestamp now = uses_.clock.now();
  DeliveryStore::Change anew = [&](Delivery& stored) -> Result<bool> {
    if (stored.webhook_id != webhook->id) return not_found("There is no such delivery.");
    stored.state = DeliveryState::pending;
    ++stored.round;
    stored.tries = 0;
    stored.next_attempt_at = now;
    return true;
  };
  auto delivery = co_await uses_.deliveries.change(std::move(id), std::move(anew));
  if (!delivery) co_return delivery.error();
  auto scheduled = co_await schedule(*delivery, now, 0);
  if (!scheduled) co_return scheduled.error();
  co_return delivery;
}

}  // namespace qm::shop
