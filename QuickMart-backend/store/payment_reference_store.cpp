#include "QuickMart-backend/store/payment_reference_store.hpp"

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kReferenceSet = "payment_ref";
constexpr const char* kReferenceName = "name";  // indexed
constexpr const char* kBusyReference = "The payment is being changed elsewhere; please try again.";

PaymentReference decode_reference(const kv::Record& record) {
  const RecordFields fields{record};
  PaymentReference reference;
  reference.name = fields.text(kReferenceName);
  reference.is_closed = fields.flag("closed");
  return reference;
}

kv::Bins encode_reference(const PaymentReference& reference) {
  kv::Bins bins;
  if (!reference.name.empty()) bins[kReferenceName] = reference.name;
  bins["closed"] = reference.is_closed;
  return bins;
}

}  // namespace

Task<Result<void>> PaymentReferenceStore::open() {
  co_return co_await store_.ensure_index(kReferenceSet, kReferenceName, kv::IndexType::String);
}

Task<Result<PaymentReference>> PaymentReferenceStore::get(OrderId order) {
  kv::Key key{kReferenceSet, order.str()};
  auto record = co_await store_.get(std::move(key));
  if (record) co_return decode_reference(*record);
  if (record.error().kind != ErrorKind::NotFound) co_return record.error();
  co_return PaymentReference{};
}

Task<Result<PaymentReference>> PaymentReferenceStore::write_down(OrderId order, std::string name) {
  PaymentReference reference;
  RecordChange change = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    reference = record == nullptr ? PaymentReference{} : decode_reference(*record);
    if (reference.is_closed) return Error{ErrorKind::Conflict, "The payment was cancelled."};
    if (!reference.name.empty()) return std::optional<kv::Bins>{};
    reference.name = name;
    return std::optional{encode_reference(reference)};
  };
  kv::Key key{kReferenceSet, order.str()};
  auto done = co_await change_record(store_, std::move(key), std::move(change), kBusyReference);
  if (!done) co_return done.error();
  co_return reference;
}

Task<Result<PaymentReference>> PaymentReferenceStore::close(OrderId order) {
  PaymentReference before;
  RecordChange change = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    before = record == nullptr ? PaymentReference{} : decode_reference(*record);
    if (before.is_closed) return std::optional<kv::Bins>{};
    PaymentReference closed = before;
    closed.is_closed = true;
    return std::optional{encode_reference(closed)};
  };
  kv::Key key{kReferenceSet, order.str()};
  auto done = co_await change_record(store_, std::move(key), std::move(change), kBusyReference);
  if (!done) co_return done.error();
  co_return before;
}

Task<Result<OrderId>> PaymentReferenceStore::find(std::string name) {
  kv::IndexRange range;
  range.low = kv::Value{name};
  range.high = kv::Value{std::move(name)};
  std::string cursor;
  auto page = co_await store_.find(kReferenceSet, kReferenceName, range, std::move(cursor), 1);
  if (!page) co_return page.error();
  if (page->entries.empty()) co_return not_found("No order has such a payment.");
  co_return OrderId{page->entries.front().key.id};
}

}  // namespace qm::shop
