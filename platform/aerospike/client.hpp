// A client of an Aerospike cluster.
//
// Each worker thread has its own connections to each node; a call made on a worker's io_context uses that thread's and
// takes no lock. A call from elsewhere is carried to a worker and back. A Task is resumed on the thread that awaited
// it. Thread-safe but for construction, start() and destruction.
//
// Errors of every call: Timeout (it did not happen, or was a read), InDoubt (a write that may have happened: retry only
// what is idempotent), Unavailable (nothing happened: no node answers, every queue is full, or the cluster refused; see
// Error::retry_after), Invalid (a name over its limit), TooLarge. Others are named at the call.
//
// A read of a record compares the nodes' copies as long as nodes that parted exchange what they missed, so that it does
// not miss an acknowledged write; pages do not.
//
// Retries, within the deadline and ClientOptions::max_retries: a read is made again, on another replica if there is
// one, whatever went wrong. A write is made again only when it is certain that it was not: no byte of it was written,
// or the server said that it refused it untouched. Once a byte is written and no answer comes, it is in doubt.
//
// A node that falls silent is fenced (ClientOptions::silence_ms): when it was only stopped, it wakes as master of what
// others took over meanwhile, and one write that it then carries out in its old view undoes theirs to that record.
#pragma once
#include <memory>
#include <span>

#include "platform/aerospike/command.hpp"
#include "platform/aerospike/expression.hpp"
#include "platform/aerospike/info.hpp"
#include "platform/aerospike/options.hpp"
#include "platform/aerospike/stats.hpp"
#include "platform/core/task.hpp"

namespace qm::aerospike {

struct Key {
  std::string name_space;  // 1…31 bytes
  std::string set;         // 0…63 bytes
  std::string id;
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct Record {
  std::vector<Bin> bins;  // of operate: one per operation, in order, so names may repeat
  std::uint32_t generation = 0;
  std::optional<std::int64_t> expires_at_s{};  // seconds since 1970; nothing: lives for ever
};

inline constexpr std::chrono::milliseconds kDefaultTimeout{1'000};

struct ReadOptions {
  Deadline deadline = deadline_in(kDefaultTimeout);
  std::optional<Expression> only_if{};  // ConditionFailed when it does not hold (record calls and pages only)
  bool master_only = false;  // rather fail than read from a replica, which may lag while the cluster re-forms
};

struct WriteOptions {
  WriteMode mode = WriteMode::Upsert;
  std::optional<std::uint32_t> generation{};  // GenerationMismatch unless the record has it
  std::uint32_t ttl_seconds = kTtlKeep;       // or a kTtl… constant
  std::optional<Expression> only_if{};        // ConditionFailed when it does not hold
  bool send_key = true;                       // store the id with the record, so that pages can name it
  Deadline deadline = deadline_in(kDefaultTimeout);
};

// What a page is taken from: a set, or the part of it whose indexed bin lies in a range.
struct Query {
  std::string name_space;
  std::string set;
  std::vector<std::string> bins{};  // empty: all
  bool no_bins = false;             // keys and generations only
  std::optional<IndexRange> range{};
};

struct PageEntry {
  Digest digest{};
  std::string id;  // empty unless the record was written with send_key
  Record record;
};

struct Page {
  std::vector<PageEntry> entries;
  std::string cursor;  // pass to the next call; empty: no more
};

enum class IndexType : std::uint8_t { Integer, String };

struct Index {
  std::string name_space;
  std::string set;
  std::string bin;
  std::string name;  // 1…63 bytes; unique in the namespace
  IndexType type = IndexType::Integer;
};

struct NodeState {
  std::string name;
  std::string address;   // host:port as reached
  bool blocked = false;  // it failed lately and rests
  bool fenced = false;   // it gets no writes until it agrees with the others about who is in the cluster
};

class Client {
 public:
  static constexpr std::size_t kMaxBatch = 5'000;
  static constexpr std::size_t kMaxPage = 10'000;

  // Throws std::invalid_argument for settings that make no sense.
  explicit Client(ClientOptions options);
  ~Client();  // stops; no call may be under way on another thread, and the contexts must still exist
  Client(const Client&) = delete;

  // Begins to look for the cluster. Each context is run by one thread; all outlive the client. Once, before any call.
  void start(std::span<boost::asio::io_context* const> contexts);
  // From any thread. Calls under way end with Unavailable or InDoubt on their own threads; so do later ones.
  void stop();

  // Waits until each namespace has a master for every partition, without names until any node serves. Otherwise
  // Unavailable at the deadline, saying what is missing.
  Task<Result<void>> wait_until_ready(std::vector<std::string> name_spaces, Deadline deadline);

  // NotFound. `bins` empty: all of them.
  Task<Result<Record>> get(Key key, std::vector<std::string> bins = {}, ReadOptions options = {});
  Task<Result<bool>> exists(Key key, ReadOptions options = {});
  // One slot per key, in order; nullopt where there is no record. One request per node, in parallel. At most kMaxBatch
  // keys of one namespace.
  Task<Result<std::vector<std::optional<Record>>>> get_many(std::string name_space, std::vector<Key> keys,
                                                            std::vector<std::string> bins = {},
                                                            ReadOptions options = {});

  // → the new generation. AlreadyExists, NotFound, GenerationMismatch, ConditionFailed, Forbidden. A nil value removes
  // its bin.
  Task<Result<std::uint32_t>> put(Key key, std::vector<Bin> bins, WriteOptions options = {});
  // As put, and Conflict for a bin of another type. Reads only: nothing is written, and NotFound when there is none.
  Task<Result<Record>> operate(Key key, std::vector<Operation> operations, WriteOptions options = {});
  // → whether there was a record. GenerationMismatch, ConditionFailed. A removed record may come back after a restart.
  Task<Result<bool>> remove(Key key, WriteOptions options = {});
  // Renews the time to live → the new generation. NotFound.
  Task<Result<std::uint32_t>> touch(Key key, WriteOptions options = {});

  // At most `limit` (1…kMaxPage) records, in no order, each once in the course of all pages, in its old or new state.
  // The cursor of the page before, empty for the first; it stays good when nodes come and go. NotFound when there is
  // no such index. Invalid for a cursor that is none.
  Task<Result<Page>> query_page(Query query, std::string cursor, std::size_t limit, ReadOptions options = {});

  // Declares an index and waits until every node has built it. Idempotent; AlreadyExists when the name is taken by
  // another one.
  Task<Result<void>> create_index(Index index, Deadline deadline);
  // Removes every record of a set written before this millisecond, by the server's clock; of all sets when `set` is
  // empty. Nodes follow within moments. For tests and resets.
  Task<Result<void>> truncate(std::string name_space, std::string set, Deadline deadline);

  // Info commands, each ended by '\n', to one node by its name (empty: any), or to all of them.
  Task<Result<InfoAnswers>> info(std::string node, std::string commands, Deadline deadline);
  Task<Result<std::map<std::string, InfoAnswers>>> info_all(std::string commands, Deadline deadline);

  std::vector<NodeState> nodes() const;
  Stats stats() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace qm::aerospike
