// The store: one port, several engines (memory_store, rocks_store, a cluster).
//
// A store is opened on one namespace. A record has a key (set, id), bins (name 1…15 bytes → Value), a generation (1 on
// creation, +1 per write) and an optional time to live. Limits: set ≤ 63 bytes, id ≤ 512 bytes, record ≤ 1 MiB.
// Operations on one record are atomic and linearizable; nothing spans records. Writing nil to a bin removes the bin,
// and a record whose last bin goes is gone.
//
// Do not let anything's truth rest on a delete: on a cluster a removed record may come back after a restart. A
// cancelled or expired thing is a state in its record, or has a time to live. Nor on what one node of a cluster
// acknowledged last: see WriteOptions::durable. Nor on a write's order where a node of a cluster hung and woke: it may
// bring a write in doubt over one that others acknowledged meanwhile.
//
// Errors of every operation: Timeout (it did not happen), InDoubt (it may have happened; retry only what is
// idempotent), Unavailable (not even tried: the engine is down, its queue is full, or the disk refuses writes).
// Others are named at the operation. Thread-safe; a Task is resumed on the thread that awaited it.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/result.hpp"
#include "platform/core/task.hpp"
#include "platform/kv/value.hpp"

namespace qm::kv {

struct Key {
  std::string set;
  std::string id;
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct Record {
  Bins bins;
  std::uint32_t generation = 0;
  std::optional<Timestamp> expires_at;

  // The bin if present and of type T, else nullptr.
  template <class T>
  const T* get(std::string_view bin) const {
    auto it = bins.find(bin);
    return it == bins.end() ? nullptr : it->second.as<T>();
  }
};

struct Entry {
  Key key;
  Record record;
};

inline constexpr std::chrono::milliseconds kDefaultTimeout{2000};

struct ReadOptions {
  Deadline deadline = deadline_in(kDefaultTimeout);
};

enum class WriteMode {
  Upsert,      // create, or set the named bins and keep the others
  CreateOnly,  // AlreadyExists when there is a record
  UpdateOnly,  // NotFound when there is none; other bins are kept
  Replace,     // create, or drop every bin not named
};

struct WriteOptions {
  WriteMode mode = WriteMode::Upsert;
  std::optional<std::uint32_t> expect_generation;  // GenerationMismatch otherwise
  // Sets the time to live anew; without it an existing one is kept. Zero means: lives for ever.
  std::optional<std::chrono::seconds> ttl;
  // Acknowledged only once it survives a power loss; false: the process's death. A power loss takes a write that was
  // not durable only together with everything written after it, so a later durable write makes it durable too. On a
  // cluster it makes no difference: acknowledged is what every replica has, so it survives the loss of one node, if
  // there are two copies.
  bool durable = true;
  Deadline deadline = deadline_in(kDefaultTimeout);
};

enum class Compare { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Exists, Missing };

// A missing bin (or another type) fulfils Missing and NotEqual only. Ints and doubles compare as numbers. `value` is no
// list, no map and, unless it is not asked for, not nil (Invalid).
struct Condition {
  std::string bin;
  Compare compare = Compare::Equal;
  Value value{};
};

// One step of operate(). A step on a missing bin starts from 0, an empty list or an empty map. A step on a bin of
// another type fails the whole call with Conflict.
struct Op {
  enum class Kind {
    Read,          // result: the bin
    Set,           // bin = value
    Add,           // bin += value, both int64 or both double; result: the sum (over 64 bits: Conflict, or it wraps)
    Append,        // list: push value at the end; result: the new length
    TrimKeepLast,  // list: keep the last value (int64) elements; result: the new length
    MapPut,        // map[key] = value; result: the new size
    MapRemove,     // erase map[key]; result: the new size
    MapGet,        // result: map[key] or nil
    MapSize,       // result: the size
    MapByRank,     // result: [key, value] with the rank-th smallest value, value = rank (int64, negative from the top);
                   // nil when out of range. Types rank as nil, bool, int64, string, list, map, bytes, double
  };
  Kind kind = Kind::Read;
  std::string bin;
  std::string key{};
  Value value{};

  static Op read(std::string bin) { return {Kind::Read, std::move(bin)}; }
  static Op set(std::string bin, Value v) { return {Kind::Set, std::move(bin), {}, std::move(v)}; }
  static Op add(std::string bin, Value v) { return {Kind::Add, std::move(bin), {}, std::move(v)}; }
  static Op append(std::string bin, Value v) { return {Kind::Append, std::move(bin), {}, std::move(v)}; }
  static Op trim_keep_last(std::string bin, std::int64_t n) {
    return {Kind::TrimKeepLast, std::move(bin), {}, Value{n}};
  }
  static Op map_put(std::string bin, std::string key, Value v) {
    return {Kind::MapPut, std::move(bin), std::move(key), std::move(v)};
  }
  static Op map_remove(std::string bin, std::string key) { return {Kind::MapRemove, std::move(bin), std::move(key)}; }
  static Op map_get(std::string bin, std::string key) { return {Kind::MapGet, std::move(bin), std::move(key)}; }
  static Op map_size(std::string bin) { return {Kind::MapSize, std::move(bin)}; }
  static Op map_by_rank(std::string bin, std::int64_t rank) {
    return {Kind::MapByRank, std::move(bin), {}, Value{rank}};
  }
};

// One of several put() calls.
struct Put {
  Key key;
  Bins bins;
  WriteOptions options{};
};

struct OperateOptions {
  std::vector<Condition> only_if{};  // all must hold before any step, else ConditionFailed; `mode` is asked first
  WriteMode mode = WriteMode::Upsert;
  std::optional<std::uint32_t> expect_generation;
  std::optional<std::chrono::seconds> ttl;
  bool durable = true;
  Deadline deadline = deadline_in(kDefaultTimeout);
};

struct Operated {
  std::vector<Value> results;    // one per step, in order
  std::uint32_t generation = 0;  // after the call
};

struct Page {
  std::vector<Entry> entries;
  std::string cursor;  // pass to the next call; empty: no more
};

// A closed range over an indexed bin; a missing bound is open. For equality set both.
struct IndexRange {
  Value low{};   // int64 or string; nil: unbounded
  Value high{};
};

enum class IndexType { Integer, String };

enum class Health { Ok, Degraded, Down };

struct HealthReport {
  Health health = Health::Ok;
  std::string engine;  // "memory", "rocksdb", "aerospike"
  std::string detail;  // why, when not Ok
};

struct SetStats {
  std::string set;
  std::int64_t records = 0;
  std::int64_t bytes = 0;
};

struct Stats {
  std::string name_space;
  std::vector<SetStats> sets;
  // An embedded engine is still putting in order what was written lately; until then reads cost more.
  bool is_compacting = false;
};

class Store {
 public:
  virtual ~Store() = default;

  // NotFound when there is no such record (or it has expired). `bins` empty: all of them.
  virtual Task<Result<Record>> get(Key key, std::vector<std::string> bins = {}, ReadOptions options = {}) = 0;
  // One slot per key, in order; nullopt where there is no record. At most 1,000 keys (TooLarge).
  virtual Task<Result<std::vector<std::optional<Record>>>> get_many(std::vector<Key> keys,
                                                                    ReadOptions options = {}) = 0;
  virtual Task<Result<bool>> exists(Key key, ReadOptions options = {}) = 0;

  // → the new generation. AlreadyExists, NotFound, GenerationMismatch, TooLarge, Invalid (a name over its limit, or no
  // bins).
  virtual Task<Result<std::uint32_t>> put(Key key, Bins bins, WriteOptions options = {}) = 0;
  // As many put() calls at once, each by itself, in no order; one slot per call. Waits for all of them together, so
  // that many durable ones cost what one costs, where the engine can. Of at most 1,000 (TooLarge); nothing is written
  // when one of them is Invalid.
  virtual Task<Result<std::vector<Result<std::uint32_t>>>> put_many(std::vector<Put> puts) = 0;
  // As put, and ConditionFailed, Conflict. With reads only, nothing is written and the generation stays.
  virtual Task<Result<Operated>> operate(Key key, std::vector<Op> ops, OperateOptions options = {}) = 0;
  // → whether there was a record; on a cluster one that has expired may count until its server sweeps it away.
  // GenerationMismatch. See the note on deletes above.
  virtual Task<Result<bool>> remove(Key key, WriteOptions options = {}) = 0;

  // Every record of a set, in pages of at most `limit` (1…1,000), each once, in its old or new state, never torn.
  virtual Task<Result<Page>> scan(std::string set, std::string cursor, std::size_t limit, ReadOptions options = {}) = 0;
  // The records whose indexed bin lies in the range, ordered by it where the engine can (the embedded ones do). One
  // whose bin moves past the cursor meanwhile may come twice. Invalid for a range of texts that is more than one text,
  // where the engine finds texts by equality only (a cluster does). NotFound when the index was not declared.
  virtual Task<Result<Page>> find(std::string set, std::string bin, IndexRange range, std::string cursor,
                                  std::size_t limit, ReadOptions options = {}) = 0;
  // Declares an index; existing records are indexed before it returns. Idempotent; Conflict for another type.
  virtual Task<Result<void>> ensure_index(std::string set, std::string bin, IndexType type) = 0;

  virtual Task<Result<HealthReport>> health() = 0;
  // On a cluster removed records of an indexed set may count for some seconds more.
  virtual Task<Result<Stats>> stats() = 0;
};

}  // namespace qm::kv
