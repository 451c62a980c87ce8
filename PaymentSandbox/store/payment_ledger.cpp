#include "PaymentSandbox/store/payment_ledger.hpp"

#include "platform/kv/change_record.hpp"
#include "platform/kv/record_fields.hpp"

namespace qm::sandbox {
namespace {

constexpr const char* kPaymentSet = "sandbox_payment";
constexpr const char* kUpdatedAt = "updated_at";

using kv::RecordFields;
using kv::to_value;

PaymentPage decode_page(kv::Page page) {
  PaymentPage out;
  for (const kv::Entry& entry : page.entries)
    out.payments.push_back(decode_payment(PaymentId{entry.key.id}, entry.record.bins));
  out.cursor = std::move(page.cursor);
  return out;
}

}  // namespace

kv::Bins encode_payment(const Payment& payment) {
  kv::Bins bins;
  bins["state"] = std::string{to_string(payment.state)};
  bins["amount"] = to_value(payment.amount);
  bins["currency"] = std::string{payment.amount.currency().code()};
  bins["method"] = payment.method;
  bins["captures"] = payment.captures;
  kv::Map refunds;
  for (const auto& [refund, part] : payment.refunds) refunds[refund] = to_value(part);
  if (!refunds.empty()) bins["refunds"] = std::move(refunds);
  if (payment.disputed) bins["disputed"] = true;
  bins["created_at"] = to_value(payment.created_at);
  bins[kUpdatedAt] = to_value(payment.updated_at);
  return bins;
}

Payment decode_payment(const PaymentId& id, const kv::Bins& bins) {
  const RecordFields fields{bins};
  Payment payment;
  payment.id = id;
  payment.state = parse_payment_state(fields.text("state")).value_or(PaymentState::none);
  const std::string code = fields.text("currency");
  const Currency currency = code.size() == 3 ? Currency{code} : Currency{};
  payment.amount = Money{fields.integer("amount"), currency};
  payment.method = fields.text("method");
  payment.captures = fields.integer("captures");
  for (const auto& [refund, value] : fields.map("refunds"))
    if (const auto* minor = value.as<std::int64_t>()) payment.refunds[refund] = Money{*minor, currency};
  payment.disputed = fields.flag("disputed");
  payment.created_at = fields.time("created_at");
  payment.updated_at = fields.time(kUpdatedAt);
  return payment;
}

Task<Result<void>> PaymentLedger::open() {
  co_return co_await store_.ensure_index(kPaymentSet, kUpdatedAt, kv::IndexType::Integer);
}

Task<Result<Payment>> PaymentLedger::get(PaymentId id) {
  kv::Key key{kPaymentSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (record) co_return decode_payment(id, record->bins);
  if (record.error().kind != ErrorKind::NotFound) co_return record.error();
  Payment none;
  none.id = std::move(id);
  co_return none;
}

Task<Result<Payment>> PaymentLedger::change(PaymentId id, Timestamp now, Change change) {
  kv::Key key{kPaymentSet, id.str()};
  Payment payment;
  kv::RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    payment = Payment{};
    payment.id = id;
    payment.created_at = now;
    if (record != nullptr) payment = decode_payment(id, record->bins);
    auto changed = change(payment);
    if (!changed) return changed.error();
    if (!*changed) return std::optional<kv::Bins>{};
    payment.updated_at = now;
    return std::optional{encode_payment(payment)};
  };
  auto done = co_await kv::change_record(store_, std::move(key), std::move(apply),
                                         "The payment is being changed elsewhere; please try again.");
  if (!done) co_return done.error();
  co_return payment;
}

Task<Result<PaymentPage>> PaymentLedger::list(std::string cursor, std::size_t limit) {
  auto page = co_await store_.scan(kPaymentSet, std::move(cursor), limit);
  if (!page) co_return page.error();
  co_return decode_page(std::move(*page));
}

Task<Result<PaymentPage>> PaymentLedger::changed_since(Timestamp since, std::string cursor, std::size_t limit) {
  kv::IndexRange range;
  range.low = to_value(since);
  auto page = co_await store_.find(kPaymentSet, kUpdatedAt, range, std::move(cursor), limit);
  if (!page) co_return page.error();
  co_return decode_page(std::move(*page));
}

}  // namespace qm::sandbox
