#include "RecoEngine-featurestore/store/event_store.hpp"

#include "RecoEngine-featurestore/store/customer_state_bytes.hpp"
#include "RecoEngine-featurestore/store/event_log_bytes.hpp"

namespace qm::reco {

namespace {

constexpr const char* kLog = "log";
constexpr const char* kCount = "events";
// Never part of an id, so that no customer's name can be taken for another's month.
constexpr char kBeforeMonth = '~';

kv::Key month_key(const UserId& user, std::int32_t month) {
  return {"user_events", user.str() + kBeforeMonth + std::to_string(month)};
}

LogMonth to_month(std::int32_t month, const std::optional<kv::Record>& record) {
  LogMonth made;
  made.month = month;
  if (!record) return made;
  made.generation = record->generation;
  if (const auto* log = record->get<kv::Bytes>(kLog)) made.log = log->data;
  if (const auto* count = record->get<std::int64_t>(kCount)) made.events = *count;
  return made;
}

}  // namespace

Task<Result<CustomerLog>> EventStore::read(UserId user, std::vector<std::int32_t> months) {
  std::vector<kv::Key> keys;
  for (const std::int32_t month : months) keys.push_back(month_key(user, month));
  keys.push_back(state_key(user));
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  CustomerLog found;
  for (std::size_t i = 0; i < months.size(); ++i) found.months.push_back(to_month(months[i], (*records)[i]));
  if (const auto& record = records->back()) {
    found.state_generation = record->generation;
    found.state = state_of(*record);
  }
  co_return found;
}

Task<Result<std::vector<KnownEvent>>> EventStore::read_all(UserId user, Timestamp now) {
  std::vector<std::int32_t> months;
  for (std::int32_t month = month_of(now - keep_); month <= month_of(now); ++month) months.push_back(month);
  UserId whose = user;
  auto found = co_await read(std::move(whose), std::move(months));
  if (!found) co_return found.error();
  std::vector<KnownEvent> events;
  for (const LogMonth& month : found->months)
    std::ranges::move(events_of_log(month.log, user), std::back_inserter(events));
  co_return events;
}

Task<Result<CustomerPage>> EventStore::customers(std::string cursor, std::size_t limit) {
  auto found = co_await store_.scan(kStateSet, std::move(cursor), limit);
  if (!found) co_return found.error();
  CustomerPage page;
  for (kv::Entry& entry : found->entries) page.customers.emplace_back(std::move(entry.key.id));
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<void>> EventStore::write(kv::Key key, kv::Bins bins, std::uint32_t generation, bool durable) {
  kv::WriteOptions options;
  options.mode = generation == 0 ? kv::WriteMode::CreateOnly : kv::WriteMode::Replace;
  if (generation != 0) options.expect_generation = generation;
  options.ttl = keep_;
  options.durable = durable;
  auto written = co_await store_.put(std::move(key), std::move(bins), std::move(options));
  if (written) co_return Result<void>{};
  // It was made, or has expired, meanwhile.
  const ErrorKind kind = written.error().kind;
  if (kind != ErrorKind::AlreadyExists && kind != ErrorKind::NotFound) co_return written.error();
  co_return Error{ErrorKind::GenerationMismatch, written.error().detail};
}

Task<Result<void>> EventStore::write_month(UserId user, LogMonth month) {
  kv::Key key = month_key(user, month.month);
  kv::Bins bins;
  bins[kLog] = kv::Bytes{std::move(month.log)};
  bins[kCount] = month.events;
  auto written = co_await write(std::move(key), std::move(bins), month.generation, false);
  co_return written;
}

Task<Result<void>> EventStore::write_state(UserId user, CustomerState state, std::uint32_t generation) {
  kv::Key key = state_key(user);
  kv::Bins bins;
  bins[kStateBin] = kv::Bytes{to_bytes(state)};
  auto written = co_await write(std::move(key), std::move(bins), generation, true);
  co_return written;
}

}  // namespace qm::reco
