#include "PaymentSandbox/app/send_webhooks.hpp"

#include <boost/json.hpp>

#include "platform/security/password.hpp"
#include "PaymentSandbox/app/payment_wire.hpp"

namespace qm::sandbox {
namespace {

constexpr std::chrono::milliseconds kTellTimeout{5'000};
constexpr std::chrono::minutes kRecent{30};  // less than the queue remembers a finished job
constexpr std::size_t kPaymentsPerPage = 200;
constexpr std::size_t kEventIdDigits = 26;

std::string event_id_of(const Payment& payment, const PaymentEvent& event) {
  const std::string name = payment.id.str() + "\n" + std::string{to_string(event.kind)} + "\n" + event.refund;
  return "evt_" + security::sha256_hex(name).substr(0, kEventIdDigits);
}

std::string print_webhook_job(const std::string& id, const Payment& payment, const PaymentEvent& event, Timestamp at) {
  boost::json::object payload;
  payload["event_id"] = id;
  payload["payment_id"] = payment.id.str();
  payload["kind"] = to_string(event.kind);
  payload["refund"] = event.refund;
  payload["at_ms"] = at.time_since_epoch().count();
  return boost::json::serialize(payload);
}

struct OwedWebhook {
  std::string id;
  PaymentId payment;
  PaymentEvent event;
  Timestamp at{};
};

Result<OwedWebhook> parse_webhook_job(const std::string& payload) {
  boost::system::error_code failed;
  const auto document = boost::json::parse(payload, failed);
  const auto* object = failed ? nullptr : document.if_object();
  const auto text = [&](const char* name) -> std::string {
    const auto* value = object == nullptr ? nullptr : object->if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
  };
  const auto kind = parse_payment_event_kind(text("kind"));
  auto payment = PaymentId::parse(text("payment_id"));
  const auto* at_ms = object == nullptr ? nullptr : object->if_contains("at_ms");
  if (!kind || !payment || at_ms == nullptr || !at_ms->is_int64()) return rejected("The job names no event.");
  OwedWebhook owed;
  owed.id = text("event_id");
  owed.payment = std::move(*payment);
  owed.event.kind = *kind;
  owed.event.refund = text("refund");
  owed.at = Timestamp{std::chrono::milliseconds{at_ms->get_int64()}};
  return owed;
}

}  // namespace

Task<Result<void>> SendWebhooks::owe(Payment payment, PaymentEvent event) {
  const Timestamp now = clock_.now();
  const std::string id = event_id_of(payment, event);
  const WebhookFaults faults = webhook_faults_of(faults_.plan(), id);
  if (faults.is_dropped) {
    ++dropped_;
    co_return Result<void>{};
  }
  jobs::Job job;
  job.id = id;
  job.kind = kJobKind;
  job.payload = print_webhook_job(id, payment, event, now);
  jobs::Job again = job;
  auto owed = co_await queue_.enqueue(std::move(job), now + faults.delay);
  if (!owed || !faults.is_repeated) co_return owed;
  again.id += ".again";
  co_return co_await queue_.enqueue(std::move(again), now + faults.repeat_delay);
}

Task<Result<int>> SendWebhooks::owe_recent() {
  int owed = 0;
  std::string cursor;
  const Timestamp since = clock_.now() - kRecent;
  do {
    auto page = co_await ledger_.changed_since(since, cursor, kPaymentsPerPage);
    if (!page) co_return page.error();
    for (const Payment& payment : page->payments) {
      for (PaymentEvent& event : events_of(payment)) {
        auto done = co_await owe(payment, std::move(event));
        if (!done) co_return done.error();
        ++owed;
      }
    }
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  co_return owed;
}

Task<Result<void>> SendWebhooks::handle(const jobs::Job& job) {
  auto owed = parse_webhook_job(job.payload);
  if (!owed) co_return owed.error();
  auto payment = co_await ledger_.get(owed->payment);
  if (!payment) co_return payment.error();
  contracts::PaymentEvent event;
  event.id = std::move(owed->id);
  event.type = std::string{to_string(owed->event.kind)};
  event.created_at = owed->at;
  event.payment = to_wire(*payment);
  if (const auto made = payment->refunds.find(owed->event.refund); made != payment->refunds.end())
    event.refund = contracts::PaymentRefund{made->first, made->second.minor()};
  auto told = co_await merchant_.tell(std::move(event), deadline_in(kTellTimeout));
  if (told) {
    ++sent_;
    co_return told;
  }
  // Whatever the merchant says of it, it is told again: no webhook is dropped but on purpose.
  co_return unavailable(told.error().detail);
}

}  // namespace qm::sandbox
