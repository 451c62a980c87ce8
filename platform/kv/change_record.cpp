#include "platform/kv/change_record.hpp"

namespace qm::kv {
namespace {

constexpr int kMaxChangeAttempts = 200;  // of writers that meet on one record, one wins each time

}  // namespace

Task<Result<void>> change_record(Store& store, Key key, RecordChange change, const char* contended,
                                 std::optional<std::chrono::seconds> ttl) {
  for (int attempt = 0; attempt < kMaxChangeAttempts; ++attempt) {
    auto record = co_await store.get(key);
    if (!record && record.error().kind != ErrorKind::NotFound) co_return record.error();
    auto bins = change(record ? &*record : nullptr);
    if (!bins) co_return bins.error();
    if (!*bins) co_return Result<void>{};
    WriteOptions options;
    options.mode = record ? WriteMode::Replace : WriteMode::CreateOnly;
    if (record) options.expect_generation = record->generation;
    options.ttl = ttl;
    auto written = co_await store.put(key, std::move(**bins), options);
    if (written) co_return Result<void>{};
    const ErrorKind kind = written.error().kind;
    const bool was_slower = kind == ErrorKind::GenerationMismatch || kind == ErrorKind::AlreadyExists;
    if (!was_slower) co_return written.error();
  }
  co_return unavailable(contended);
}

}  // namespace qm::kv
