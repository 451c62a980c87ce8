#include "platform/kv/rocks_store.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include "platform/kv/deadline.hpp"
#include "platform/kv/record_codec.hpp"
#include "platform/kv/rocks_writer.hpp"
#include "platform/log/log.hpp"

namespace qm::kv {

namespace {

constexpr const char* kFormatKey = "mformat";
constexpr const char* kStoreFormat = "1";
constexpr const char* kHolderFile = "HOLDER";

// A write whose waiting coroutine is resumed on its own executor.
template <class Handler>
class AwaitedWrite final : public PendingWrite {
 public:
  AwaitedWrite(Change c, Handler handler)
      : PendingWrite(std::move(c)),
        handler_(std::move(handler)),
        executor_(boost::asio::prefer(boost::asio::get_associated_executor(handler_),
                                      boost::asio::execution::outstanding_work.tracked)) {}

  void complete(Result<Changed> result) override {
    boost::asio::post(executor_, [handler = std::move(handler_),
                                  result = std::make_shared<Result<Changed>>(std::move(result))]() mutable {
      std::move(handler)(std::move(result));
    });
  }

 private:
  Handler handler_;
  decltype(boost::asio::prefer(boost::asio::get_associated_executor(std::declval<Handler&>()),
                               boost::asio::execution::outstanding_work.tracked)) executor_;
};

// Writes of one call; the last of them that is answered resumes whoever waits for all.
template <class Handler>
class AwaitedGroup {
 public:
  using Results = std::vector<Result<std::uint32_t>>;

  AwaitedGroup(std::size_t count, Handler handler)
      : results_(std::make_shared<Results>(count, Result<std::uint32_t>{0U})),
        left_(count),
        handler_(std::move(handler)),
        executor_(boost::asio::prefer(boost::asio::get_associated_executor(handler_),
                                      boost::asio::execution::outstanding_work.tracked)) {}

  void complete(std::size_t index, const Result<Changed>& result) {
    auto& slot = (*results_)[index];
    if (result) slot = result->generation;
    else slot = result.error();
    if (left_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    boost::asio::post(executor_, [handler = std::move(handler_), results = std::move(results_)]() mutable {
      std::move(handler)(std::move(results));
    });
  }

 private:
  std::shared_ptr<Results> results_;
  std::atomic<std::size_t> left_;
  Handler handler_;
  decltype(boost::asio::prefer(boost::asio::get_associated_executor(std::declval<Handler&>()),
                               boost::asio::execution::outstanding_work.tracked)) executor_;
};

template <class Group>
class GroupedWrite final : public PendingWrite {
 public:
  GroupedWrite(Change c, std::shared_ptr<Group> group, std::size_t index)
      : PendingWrite(std::move(c)), group_(std::move(group)), index_(index) {}
  void complete(Result<Changed> result) override { group_->complete(index_, result); }

 private:
  std::shared_ptr<Group> group_;
  std::size_t index_;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> db, std::string name_space, const Clock& clock, RocksOptions options)
      : db_(std::move(db)), name_space_(std::move(name_space)), clock_(clock) {
    load_indexes();
    writer_ = std::make_unique<RocksWriter>(*db_, indexes_, clock, options);
  }
  ~RocksStore() override {
    writer_.reset();
    db_->Close();
  }

  Task<Result<Record>> get(Key key, std::vector<std::string> bins, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (auto good = check_names(key); !good) co_return good.error();
    auto record = read(key);
    if (!record) co_return record.error();
    if (!*record) co_return not_found("There is no such record.");
    select_bins(**record, bins);
    co_return std::move(**record);
  }

  Task<Result<std::vector<std::optional<Record>>>> get_many(std::vector<Key> keys, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (keys.size() > kMaxBatchKeys) co_return Error{ErrorKind::TooLarge, "At most 1000 keys are read at once."};
    if (auto good = check_names(keys); !good) co_return good.error();
    std::vector<std::string> raw_keys;
    raw_keys.reserve(keys.size());
    for (const auto& key : keys) raw_keys.push_back(record_key(key));
    const std::vector<rocksdb::Slice> wanted{raw_keys.begin(), raw_keys.end()};
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(rocksdb::ReadOptions{}, db_->DefaultColumnFamily(), keys.size(), wanted.data(), found.data(),
                  statuses.data());
    std::vector<std::optional<Record>> records;
    records.reserve(keys.size());
    const Timestamp now = clock_.now();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      auto record = to_record(statuses[i], found[i], keys[i], now);
      if (!record) co_return record.error();
      records.push_back(std::move(*record));
    }
    co_return records;
  }

  Task<Result<bool>> exists(Key key, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (auto good = check_names(key); !good) co_return good.error();
    auto record = read(key);
    if (!record) co_return record.error();
    co_return record->has_value();
  }

  Task<Result<std::uint32_t>> put(Key key, Bins bins, WriteOptions options) override {
    auto changed = co_await write(Change::put(std::move(key), std::move(bins), options));
    if (!changed) co_return changed.error();
    co_return changed->generation;
  }

  Task<Result<std::vector<Result<std::uint32_t>>>> put_many(std::vector<Put> puts) override {
    if (auto good = check_puts(puts); !good) co_return good.error();
    if (puts.empty()) co_return std::vector<Result<std::uint32_t>>{};
    using Signature = void(std::shared_ptr<std::vector<Result<std::uint32_t>>>);
    auto results = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, Signature>(
        [this, &puts](auto handler) {
          using Group = AwaitedGroup<decltype(handler)>;
          auto group = std::make_shared<Group>(puts.size(), std::move(handler));
          std::vector<std::unique_ptr<PendingWrite>> writes;
          writes.reserve(puts.size());
          for (Put& each : puts) {
            Change change = Change::put(std::move(each.key), std::move(each.bins), each.options);
            writes.push_back(std::make_unique<GroupedWrite<Group>>(std::move(change), group, writes.size()));
          }
          if (writer_->try_enqueue(writes)) return;
          for (auto& write : writes) write->complete(takes_no_more());
        },
        boost::asio::use_awaitable_t<Executor>{});
    co_return std::move(*results);
  }

  Task<Result<Operated>> operate(Key key, std::vector<Op> ops, OperateOptions options) override {
    auto changed = co_await write(Change::operate(std::move(key), std::move(ops), std::move(options)));
    if (!changed) co_return changed.error();
    Operated operated;
    operated.results = std::move(changed->results);
    operated.generation = changed->generation;
    co_return operated;
  }

  Task<Result<bool>> remove(Key key, WriteOptions options) override {
    auto changed = co_await write(Change::remove(std::move(key), options));
    if (!changed) co_return changed.error();
    co_return changed->existed;
  }

  Task<Result<Page>> scan(std::string set, std::string cursor, std::size_t limit, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (auto good = check_set(set); !good) co_return good.error();
    limit = std::clamp<std::size_t>(limit, 1, kMaxPageRecords);
    const std::string prefix = record_prefix(set);
    const auto now = clock_.now();
    Page page;
    std::unique_ptr<rocksdb::Iterator> at{db_->NewIterator(rocksdb::ReadOptions{})};
    // The cursor is the last id seen; its successor in byte order is itself and a NUL.
    at->Seek(cursor.empty() ? prefix : prefix + cursor + '\0');
    for (; at->Valid() && at->key().starts_with(prefix); at->Next()) {
      auto record = decode_record({at->value().data(), at->value().size()});
      if (!record) co_return damaged(at->key().ToString());
      if (!is_live(record, now)) continue;
      if (page.entries.size() == limit) {
        page.cursor = page.entries.back().key.id;
        break;
      }
      page.entries.push_back({{set, at->key().ToString().substr(prefix.size())}, std::move(*record)});
    }
    if (!at->status().ok()) co_return damaged(at->status().ToString());
    co_return page;
  }

  Task<Result<Page>> find(std::string set, std::string bin, IndexRange range, std::string cursor, std::size_t limit,
                          ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    const auto type = indexes_.find(set, bin);
    if (!type) co_return not_found("There is no index on '" + bin + "' of '" + set + "'.");
    limit = std::clamp<std::size_t>(limit, 1, kMaxPageRecords);
    const std::string prefix = index_prefix(set, bin);
    const auto low = index_bytes(*type, range.low), high = index_bytes(*type, range.high);
    const auto now = clock_.now();
    // Index and records are read at one moment, so that no entry meets a record of another.
    struct Snapshot {
      rocksdb::DB& db;
      const rocksdb::Snapshot* taken = db.GetSnapshot();
      ~Snapshot() { db.ReleaseSnapshot(taken); }
    } snapshot{*db_};
    rocksdb::ReadOptions reading;
    reading.snapshot = snapshot.taken;
    Page page;
    std::string last;
    std::unique_ptr<rocksdb::Iterator> at{db_->NewIterator(reading)};
    at->Seek(!cursor.empty() ? prefix + cursor + '\0' : low ? prefix + *low : prefix);
    for (; at->Valid() && at->key().starts_with(prefix); at->Next()) {
      const std::string entry = at->key().ToString().substr(prefix.size());
      const std::string id = at->value().ToString();
      const std::string_view value{entry.data(), entry.size() - id.size() - kIndexEndBytes};
      if (high && value > *high) break;
      rocksdb::PinnableSlice bytes;
      const auto status = db_->Get(reading, db_->DefaultColumnFamily(), record_key({set, id}), &bytes);
      if (status.IsNotFound()) continue;
      auto record = status.ok() ? decode_record({bytes.data(), bytes.size()}) : std::nullopt;
      if (!record) co_return damaged(id);
      // An index that was being built when the process died may hold entries of values that have changed since.
      const bool current = lies_in(*type, *record, bin, range) && index_bytes(*type, record->bins.at(bin)) == value;
      if (!current || !is_live(record, now)) continue;
      if (page.entries.size() == limit) {
        page.cursor = last;
        break;
      }
      last = entry;
      page.entries.push_back({{set, id}, std::move(*record)});
    }
    co_return page;
  }

  Task<Result<void>> ensure_index(std::string set, std::string bin, IndexType type) override {
    if (auto good = check_set(set); !good) co_return good.error();
    if (auto good = check_bin(bin); !good) co_return good.error();
    auto added = indexes_.declare(set, bin, type);
    if (!added) co_return added.error();
    // New writes keep the index already; the writer thread stands still while the old records are entered. Who comes
    // second waits for that as well.
    writer_->run_between_batches([&] {
      if (*added) build_index(set, bin, type);
    });
    co_return Result<void>{};
  }

  Task<Result<HealthReport>> health() override {
    HealthReport report{Health::Ok, "rocksdb", ""};
    if (writer_->is_down()) report = {Health::Down, "rocksdb", writer_->down_because()};
    co_return report;
  }

  Task<Result<Stats>> stats() override {
    Stats stats{name_space_, writer_->stats(), is_compacting()};
    co_return stats;
  }

 private:
  bool is_compacting() {
    std::uint64_t running = 0, flushing = 0, pending = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kNumRunningCompactions, &running);
    db_->GetIntProperty(rocksdb::DB::Properties::kNumRunningFlushes, &flushing);
    db_->GetIntProperty(rocksdb::DB::Properties::kCompactionPending, &pending);
    return running + flushing + pending > 0;
  }

  static Error takes_no_more() { return unavailable("The store takes no more writes at the moment."); }
  static Error damaged(const std::string& what) { return {ErrorKind::Internal, "the store is damaged at " + what}; }

  Result<std::optional<Record>> read(const Key& key) const {
    rocksdb::PinnableSlice bytes;
    const auto status = db_->Get(rocksdb::ReadOptions{}, db_->DefaultColumnFamily(), record_key(key), &bytes);
    return to_record(status, bytes, key, clock_.now());
  }

  static Result<std::optional<Record>> to_record(const rocksdb::Status& status, const rocksdb::Slice& bytes,
                                                 const Key& key, Timestamp now) {
    if (status.IsNotFound()) return std::optional<Record>{};
    auto record = status.ok() ? decode_record({bytes.data(), bytes.size()}) : std::nullopt;
    if (!record) return damaged(key.set);
    if (!is_live(record, now)) return std::optional<Record>{};
    return record;
  }

  Task<Result<Changed>> write(Change change) {
    if (auto good = check_names(change); !good) co_return good.error();
    using Signature = void(std::shared_ptr<Result<Changed>>);
    auto result = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, Signature>(
        [this, &change](auto handler) {
          using Write = AwaitedWrite<decltype(handler)>;
          auto write = std::make_unique<Write>(std::move(change), std::move(handler));
          auto* refused = write.get();
          std::unique_ptr<PendingWrite> pending = std::move(write);
          if (writer_->try_enqueue(pending)) return;
          refused->complete(takes_no_more());
        },
        boost::asio::use_awaitable_t<Executor>{});
    co_return std::move(*result);
  }

  void load_indexes() {
    std::unique_ptr<rocksdb::Iterator> at{db_->NewIterator(rocksdb::ReadOptions{})};
    for (at->Seek("i"); at->Valid() && at->key().starts_with("i"); at->Next()) {
      const std::string name = at->key().ToString();
      const std::size_t end = name.find('\0');
      (void)indexes_.declare(name.substr(1, end - 1), name.substr(end + 1),
                             at->value() == "s" ? IndexType::String : IndexType::Integer);
    }
  }

  void build_index(const std::string& set, const std::string& bin, IndexType type) {
    const std::string prefix = record_prefix(set);
    rocksdb::WriteOptions sync;
    sync.sync = true;
    rocksdb::WriteBatch batch;
    std::unique_ptr<rocksdb::Iterator> at{db_->NewIterator(rocksdb::ReadOptions{})};
    for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
      const auto record = decode_record({at->value().data(), at->value().size()});
      const std::string id = at->key().ToString().substr(prefix.size());
      const auto value = record ? record->bins.find(bin) : Bins::const_iterator{};
      if (!record || value == record->bins.end()) continue;
      if (const auto bytes = index_bytes(type, value->second))
        batch.Put(index_prefix(set, bin) + index_entry(*bytes, id), id);
      if (batch.Count() >= 10'000) {
        if (!db_->Write(rocksdb::WriteOptions{}, &batch).ok())
          throw std::runtime_error("the index on '" + bin + "' cannot be written");
        batch.Clear();
      }
    }
    // The declaration comes last: an index that was not finished is built again at the next start.
    batch.Put("i" + set + '\0' + bin, type == IndexType::String ? "s" : "i");
    if (!db_->Write(sync, &batch).ok()) throw std::runtime_error("the index on '" + bin + "' cannot be written");
  }

  std::unique_ptr<rocksdb::DB> db_;
  const std::string name_space_;
  const Clock& clock_;
  IndexCatalog indexes_;
  std::unique_ptr<RocksWriter> writer_;
};

constexpr int kCacheShardBits = 2;

rocksdb::Options rocksdb_options(const RocksOptions& options) {
  rocksdb::Options rocks;
  rocks.create_if_missing = true;
  rocks.write_buffer_size = options.write_buffer_bytes;
  rocks.max_write_buffer_number = 2;
  rocks.max_open_files = 256;
  rocks.max_total_wal_size = 4 * options.write_buffer_bytes;
  rocks.max_background_jobs = 2;
  // A log's last record may be half written; damage before it would silently cost all that follows, so it is an error.
  rocks.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocks.compression = rocksdb::kLZ4Compression;
  rocks.info_log_level = rocksdb::WARN_LEVEL;
  rocks.keep_log_file_num = 2;
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
  rocks.avoid_flush_during_shutdown = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes, kCacheShardBits);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // In parts: a large file's whole index, or filter, is larger than a shard of the cache, which then never keeps it,
  // and each read would load and unpack all of it anew.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_top_level_index_and_filter = true;
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return rocks;
}

// RocksDB has no code of its own for a lock that another process, or this one, holds.
bool is_held(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (text.find("While lock file") != std::string::npos ||
                                text.find("lock hold by current process") != std::string::npos);
}

std::string holder_of(const std::filesystem::path& directory) {
  std::ifstream file{directory / kHolderFile};
  std::string name;
  return std::getline(file, name) && !name.empty() ? name : "another process";
}

void write_holder(const std::filesystem::path& directory) {
  std::string program;
  std::getline(std::ifstream{"/proc/self/comm"}, program);
  std::ofstream{directory / kHolderFile, std::ios::trunc} << program << " (process " << ::getpid() << ")\n";
}

Result<void> check_format(rocksdb::DB& db) {
  std::string format;
  const auto status = db.Get(rocksdb::ReadOptions{}, kFormatKey, &format);
  if (status.IsNotFound()) {
    rocksdb::WriteOptions sync;
    sync.sync = true;
    if (!db.Put(sync, kFormatKey, kStoreFormat).ok()) return unavailable("The store's directory cannot be written.");
    return {};
  }
  if (!status.ok()) return unavailable("The store's format cannot be read: " + status.ToString());
  if (format != kStoreFormat) {
    return unavailable("The store was written by a newer version (format " + format + "; this program knows " +
                       kStoreFormat + "). Start that version, or point --data-dir elsewhere.");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocks_store(const std::filesystem::path& directory, std::string name_space,
                                                const Clock& clock, RocksOptions options) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return unavailable("The directory " + directory.string() + " cannot be made: " + failed.message());
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::Open(rocksdb_options(options), directory.string(), &raw);
  if (!status.ok()) {
    if (is_held(status)) {
      return unavailable("The store in " + directory.string() + " is in use by " + holder_of(directory) + ".");
    }
    return unavailable("The store in " + directory.string() + " cannot be opened: " + status.ToString());
  }
  std::unique_ptr<rocksdb::DB> db{raw};
  write_holder(directory);
  if (auto known = check_format(*db); !known) return known.error();
  return std::unique_ptr<Store>{std::make_unique<RocksStore>(std::move(db), std::move(name_space), clock, options)};
}

}  // namespace qm::kv
