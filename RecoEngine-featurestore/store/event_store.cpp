#include "RecoEngine-featurestore/store/event_store.hpp"

#include <algorithm>
#include <iterator>

#include "RecoEngine-featurestore/store/customer_record.hpp"
#include "RecoEngine-featurestore/store/customer_state_bytes.hpp"
#include "RecoEngine-featurestore/store/event_log_bytes.hpp"

namespace qm::reco {

namespace {

constexpr const char* kLog = "log";
constexpr const char* kCount = "events";
constexpr const char* kFeedDays = "days";
constexpr std::size_t kKeysAtOnce = 1'000;
// Never part of an id, so that no customer's name can be taken for another's month.
constexpr char kBeforeMonth = '~';

kv::Key month_key(const UserId& user, std::int32_t month) {
  return {"user_events", user.str() + kBeforeMonth + std::to_string(month)};
}

kv::Key feed_key() { return {"event_feed", "all"}; }

LogMonth to_month(std::int32_t month, std::optional<kv::Record>& record) {
  LogMonth made;
  made.month = month;
  if (!record) return made;
  made.generation = record->generation;
  const auto log = record->bins.find(kLog);
  auto* bytes = log == record->bins.end() ? nullptr : log->second.as<kv::Bytes>();
  if (bytes != nullptr) made.log = std::move(bytes->data);
  if (const auto* count = record->get<std::int64_t>(kCount)) made.events = *count;
  return made;
}

// The next of what the store takes at once.
template <class T>
std::vector<T> next_part(std::vector<T>& all, std::size_t first) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(first + kKeysAtOnce, all.size()));
  return {std::make_move_iterator(begin), std::make_move_iterator(end)};
}

// A record that was made, or has expired, meanwhile was changed by somebody else.
Error as_change(Error error) {
  if (error.kind == ErrorKind::AlreadyExists || error.kind == ErrorKind::NotFound)
    error.kind = ErrorKind::GenerationMismatch;
  return error;
}

// Other bins of the record stay as they are.
kv::Put put_of(kv::Key key, kv::Bins bins, std::uint32_t generation, std::chrono::hours keep, bool durable) {
  kv::Put put;
  put.key = std::move(key);
  put.bins = std::move(bins);
  put.options.mode = generation == 0 ? kv::WriteMode::CreateOnly : kv::WriteMode::UpdateOnly;
  if (generation != 0) put.options.expect_generation = generation;
  put.options.ttl = keep;
  put.options.durable = durable;
  return put;
}

}  // namespace

Task<Result<CustomerLog>> EventStore::read(UserId user, std::vector<std::int32_t> months) {
  std::vector<WantedLog> wanted;
  wanted.push_back({std::move(user), std::move(months)});
  auto found = co_await read_many(std::move(wanted));
  if (!found) co_return found.error();
  co_return std::move(found->front());
}

Task<Result<std::vector<CustomerLog>>> EventStore::read_many(std::vector<WantedLog> wanted) {
  std::vector<kv::Key> keys;
  for (const WantedLog& each : wanted) {
    for (const std::int32_t month : each.months) keys.push_back(month_key(each.user, month));
    keys.push_back(customer_key(each.user));
  }
  std::vector<std::optional<kv::Record>> records;
  records.reserve(keys.size());
  for (std::size_t first = 0; first < keys.size(); first += kKeysAtOnce) {
    auto part = next_part(keys, first);
    auto read = co_await store_.get_many(std::move(part));
    if (!read) co_return read.error();
    std::ranges::move(*read, std::back_inserter(records));
  }
  std::vector<CustomerLog> logs;
  auto record = records.begin();
  for (const WantedLog& each : wanted) {
    CustomerLog& log = logs.emplace_back();
    for (const std::int32_t month : each.months) log.months.push_back(to_month(month, *record++));
    if (const auto& of_state = *record++) {
      log.state_generation = of_state->generation;
      log.state = state_of(*of_state);
    }
  }
  co_return logs;
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
  auto found = co_await store_.scan(kCustomerSet, std::move(cursor), limit);
  if (!found) co_return found.error();
  CustomerPage page;
  for (kv::Entry& entry : found->entries) {
    // Of others only what was ingested is known.
    if (entry.record.bins.contains(kStateBin)) page.customers.emplace_back(std::move(entry.key.id));
  }
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<std::vector<Timestamp>>> EventStore::feed() {
  auto record = co_await store_.get(feed_key());
  std::vector<Timestamp> known_at;
  if (!record && record.error().kind == ErrorKind::NotFound) co_return known_at;
  if (!record) co_return record.error();
  if (const auto* days = record->get<kv::List>(kFeedDays)) {
    for (const kv::Value& each : *days)
      if (const auto* at_ms = each.as<std::int64_t>()) known_at.emplace_back(std::chrono::milliseconds{*at_ms});
  }
  co_return known_at;
}

Task<Result<void>> EventStore::note_feed(std::vector<Timestamp> known_at) {
  std::vector<kv::Op> steps;
  for (const Timestamp at : known_at) steps.push_back(kv::Op::append(kFeedDays, at.time_since_epoch().count()));
  steps.push_back(kv::Op::trim_keep_last(kFeedDays, kMaxFeedDays));
  kv::OperateOptions options;
  options.ttl = keep_;
  options.durable = false;  // noted again with the next event
  auto written = co_await store_.operate(feed_key(), std::move(steps), std::move(options));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<std::vector<Result<void>>>> EventStore::write_all(std::vector<kv::Put> puts) {
  std::vector<Result<void>> results;
  results.reserve(puts.size());
  for (std::size_t first = 0; first < puts.size(); first += kKeysAtOnce) {
    auto part = next_part(puts, first);
    auto written = co_await store_.put_many(std::move(part));
    if (!written) co_return written.error();
    for (const auto& each : *written) results.push_back(each ? Result<void>{} : Result<void>{as_change(each.error())});
  }
  co_return results;
}

Task<Result<std::vector<Result<void>>>> EventStore::write_months(std::vector<MonthWrite> months) {
  std::vector<kv::Put> puts;
  puts.reserve(months.size());
  for (MonthWrite& each : months) {
    kv::Bins bins;
    bins[kLog] = kv::Bytes{std::move(each.month.log)};
    bins[kCount] = each.month.events;
    const LogMonth& month = each.month;
    puts.push_back(put_of(month_key(each.user, month.month), std::move(bins), month.generation, keep_, false));
  }
  auto written = co_await write_all(std::move(puts));
  co_return written;
}

Task<Result<std::vector<Result<void>>>> EventStore::write_states(std::vector<StateWrite> states) {
  std::vector<kv::Put> puts;
  puts.reserve(states.size());
  for (const StateWrite& each : states) {
    kv::Bins bins;
    bins[kStateBin] = kv::Bytes{to_bytes(each.state)};
    const auto keep = customer_time_to_live(keep_);
    puts.push_back(put_of(customer_key(each.user), std::move(bins), each.generation, keep, true));
  }
  auto written = co_await write_all(std::move(puts));
  co_return written;
}

}  // namespace qm::reco
