// What customers did: the log, one record per customer and month (set "user_events"), and what it comes to, a state in
// the customer's record (customer_record.hpp). The log is the truth; a state can be made from it at any time. Both
// expire.
// Beside them one record of the days on which any event came (set "event_feed"). Thread-safe.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/customer_state.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

// Of a customer; what comes after them is not kept.
inline constexpr std::size_t kMaxEventsPerMonth = 5'000;
inline constexpr std::size_t kMaxLogBytes = 768 * 1024;
inline constexpr std::int64_t kMaxFeedDays = 5'000;  // more than events may be kept; of more the latest noted stay

// One month's record, as it was read and may be written back.
struct LogMonth {
  std::int32_t month = 0;  // month_of()
  std::string log;         // event_log_bytes.hpp
  std::int64_t events = 0;
  std::uint32_t generation = 0;  // 0: there is no record yet
};

struct CustomerLog {
  std::vector<LogMonth> months;  // as they were asked for
  std::optional<CustomerState> state;
  std::uint32_t state_generation = 0;  // of the customer's record; 0: there is none
};

struct WantedLog {
  UserId user;
  std::vector<std::int32_t> months;
};

struct MonthWrite {
  UserId user;
  LogMonth month;
};

struct StateWrite {
  UserId user;
  CustomerState state;
  std::uint32_t generation = 0;  // as it was read
};

struct CustomerPage {
  std::vector<UserId> customers;
  std::string cursor;  // pass to the next call; empty: no more
};

class EventStore {
 public:
  // Kept for `keep` after they were last added to (at least a day).
  EventStore(kv::Store& store, std::chrono::hours keep) : store_(store), keep_(keep) {}

  // The named months and the state, in one round trip.
  Task<Result<CustomerLog>> read(UserId user, std::vector<std::int32_t> months);
  // The same of many customers at once, in order.
  Task<Result<std::vector<CustomerLog>>> read_many(std::vector<WantedLog> wanted);
  // Every event kept at `now`, in the order in which they came, month by month.
  Task<Result<std::vector<KnownEvent>>> read_all(UserId user, Timestamp now);

  // Whose events are known, each once, in no order that means anything. `limit`: 1…1,000; a page may have fewer, and
  // even none, though there are more.
  Task<Result<CustomerPage>> customers(std::string cursor, std::size_t limit);

  // GenerationMismatch when somebody else wrote it since it was read. A month is durable once a state, written after
  // it, is. Each by itself, one slot for each, in order; many at once cost little more than one.
  Task<Result<std::vector<Result<void>>>> write_months(std::vector<MonthWrite> months);
  Task<Result<std::vector<Result<void>>>> write_states(std::vector<StateWrite> states);

  // When events became known, as it was noted: about one moment a day, in no order. Kept for `keep` after the last.
  Task<Result<std::vector<Timestamp>>> feed();
  Task<Result<void>> note_feed(std::vector<Timestamp> known_at);

  std::chrono::hours keep() const noexcept { return keep_; }

 private:
  Task<Result<std::vector<Result<void>>>> write_all(std::vector<kv::Put> puts);

  kv::Store& store_;
  const std::chrono::hours keep_;
};

}  // namespace qm::reco
