#include "QuickMart-backend/store/payment_event_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kPaymentEventSet = "payment_event";
constexpr std::chrono::hours kKeepPaymentEvent{24 * 30};

kv::Key event_key(const PaymentEvent& event) { return {kPaymentEventSet, event.provider + ":" + event.id}; }

}  // namespace

Task<Result<bool>> PaymentEventStore::knows(PaymentEvent event) {
  kv::Key key = event_key(event);
  co_return co_await store_.exists(std::move(key));
}

Task<Result<void>> PaymentEventStore::remember(PaymentEvent event, Timestamp at) {
  kv::Key key = event_key(event);
  kv::Bins bins;
  bins["received_at"] = to_value(at);
  if (!event.order.empty()) bins["order_id"] = event.order.str();
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  options.ttl = kKeepPaymentEvent;
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written && written.error().kind != ErrorKind::AlreadyExists) co_return written.error();
  co_return Result<void>{};
}

}  // namespace qm::shop
