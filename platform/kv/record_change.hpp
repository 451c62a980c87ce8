// What a write does to one record: pure, and shared by the engines, so that they cannot differ.
#pragma once
#include <optional>
#include <string>

#include "platform/kv/store.hpp"

namespace qm::kv {

inline constexpr std::size_t kMaxBinNameBytes = 15;
inline constexpr std::size_t kMaxSetBytes = 63;
inline constexpr std::size_t kMaxKeyBytes = 512;
inline constexpr std::size_t kMaxRecordBytes = 1024 * 1024;
inline constexpr std::size_t kMaxBatchKeys = 1000;
inline constexpr std::size_t kMaxPageRecords = 1000;
inline constexpr std::size_t kMaxDepth = 32;  // lists and maps within each other

// One write as the engines queue it.
struct Change {
  enum class Kind { Put, Operate, Remove };
  Kind kind = Kind::Put;
  Key key;
  Bins bins;             // Put
  std::vector<Op> ops;   // Operate
  std::vector<Condition> only_if;
  WriteMode mode = WriteMode::Upsert;
  std::optional<std::uint32_t> expect_generation;
  std::optional<std::chrono::seconds> ttl;
  bool durable = true;
  Deadline deadline{};

  static Change put(Key key, Bins bins, const WriteOptions& options);
  static Change operate(Key key, std::vector<Op> ops, OperateOptions options);
  static Change remove(Key key, const WriteOptions& options);
};

struct Changed {
  std::optional<Record> record;  // the record afterwards; nullopt: none, as one without bins is
  std::uint32_t generation = 0;  // afterwards
  bool written = false;          // whether anything has to be stored
  bool existed = false;          // before
  std::vector<Value> results;    // Operate
};

// `before` is the stored record, expired or not. Errors as the port says.
Result<Changed> apply(const std::optional<Record>& before, const Change& change, Timestamp now);

// Invalid (names over their limits, values nested too deep) before anything is done or queued.
Result<void> check_set(const std::string& set);
Result<void> check_bin(const std::string& bin);
Result<void> check_names(const Key& key);
Result<void> check_names(const std::vector<Key>& keys);
Result<void> check_names(const Change& change);
Result<void> check_puts(const std::vector<Put>& puts);  // of one call: TooLarge, when they are too many

bool is_live(const std::optional<Record>& record, Timestamp now);
bool fulfils(const Record* record, const Condition& condition);
bool writes(Op::Kind kind);

// A rough but monotone measure of the stored size, for the 1 MiB limit.
std::size_t size_of(const Value& value);
std::size_t size_of(const Bins& bins);

// Keeps the named bins only; all when `names` is empty.
void select_bins(Record& record, const std::vector<std::string>& names);

}  // namespace qm::kv
