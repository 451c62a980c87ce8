#include "platform/kv/rocks_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <future>
#include <iterator>

#include "platform/kv/record_codec.hpp"
#include "platform/log/log.hpp"

namespace qm::kv {

namespace {

constexpr std::size_t kSweepRecords = 2'000;

Error in_doubt() { return {ErrorKind::InDoubt, "The store cannot write at the moment.", std::chrono::seconds{5}}; }

std::string counter_key(const std::string& set) { return "c" + set; }

std::string encode_counter(const SetStats& stats) {
  return std::to_string(stats.records) + " " + std::to_string(stats.bytes);
}

// The unexpired and the expired alike: what stands in the database.
Result<std::optional<Record>> stored_record(rocksdb::DB& db, const std::string& raw_key) {
  rocksdb::PinnableSlice bytes;
  const auto status = db.Get(rocksdb::ReadOptions{}, db.DefaultColumnFamily(), raw_key, &bytes);
  if (status.IsNotFound()) return std::optional<Record>{};
  auto record = status.ok() ? decode_record({bytes.data(), bytes.size()}) : std::nullopt;
  if (!record) return Error{ErrorKind::Internal, "a stored record cannot be read: " + status.ToString()};
  return record;
}

}  // namespace

std::string record_prefix(const std::string& set) { return "r" + set + '\0'; }
std::string record_key(const Key& key) { return record_prefix(key.set) + key.id; }
std::string index_prefix(const std::string& set, const std::string& bin) { return "x" + set + '\0' + bin + '\0'; }

RocksWriter::RocksWriter(rocksdb::DB& db, IndexCatalog& indexes, const Clock& clock, RocksOptions options)
    : db_(db), indexes_(indexes), clock_(clock), options_(options) {
  load_counters();
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "store-writer");
    loop();
  }};
  sync_thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "store-syncer");
    sync_loop();
  }};
}

RocksWriter::~RocksWriter() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  {
    std::lock_guard lock{sync_mutex_};
    sync_stopping_ = true;
  }
  sync_wake_.notify_one();
  sync_thread_.join();
}

void RocksWriter::go_down(const std::string& why) {
  log::error("the store cannot write; it goes on reading", {{"error", why}});
  std::lock_guard lock{mutex_};
  down_ = true;
  down_because_ = "the disk refuses writes";
}

void RocksWriter::sync_loop() {
  while (true) {
    std::vector<UnsyncedWrite> writes;
    {
      std::unique_lock lock{sync_mutex_};
      sync_wake_.wait(lock, [this] { return sync_stopping_ || !unsynced_.empty(); });
      if (unsynced_.empty()) return;
      writes.swap(unsynced_);
    }
    // Whatever was written before now is covered, in the order in which it was written. A log that refused a write must
    // not be synced any more (RocksDB takes that for a defect).
    if (!down_ && dirty_.exchange(false)) {
      if (const auto status = db_.SyncWAL(); !status.ok()) go_down(status.ToString());
    }
    if (down_)
      for (auto& each : writes) each.result = in_doubt();
    for (auto& each : writes) each.write->complete(std::move(each.result));
    unsynced_count_ -= writes.size();
  }
}

bool RocksWriter::try_enqueue(std::unique_ptr<PendingWrite>& write) {
  {
    std::lock_guard lock{mutex_};
    if (stopping_ || down_ || queue_.size() + unsynced_count_ >= options_.queue_limit) return false;
    queue_.push_back(std::move(write));
  }
  wake_.notify_one();
  return true;
}

bool RocksWriter::try_enqueue(std::vector<std::unique_ptr<PendingWrite>>& writes) {
  {
    std::lock_guard lock{mutex_};
    if (stopping_ || down_ || queue_.size() + unsynced_count_ + writes.size() > options_.queue_limit) return false;
    std::ranges::move(writes, std::back_inserter(queue_));
  }
  wake_.notify_one();
  return true;
}

std::string RocksWriter::down_because() const {
  std::lock_guard lock{mutex_};
  return down_because_;
}

void RocksWriter::run_between_batches(std::function<void()> work) {
  auto done = std::make_shared<std::promise<void>>();
  {
    std::lock_guard lock{mutex_};
    work_.push_back([work = std::move(work), done] {
      try {
        work();
        done->set_value();
      } catch (...) {
        done->set_exception(std::current_exception());
      }
    });
  }
  wake_.notify_one();
  done->get_future().get();
}

std::vector<SetStats> RocksWriter::stats() const {
  std::lock_guard lock{mutex_};
  std::vector<SetStats> all;
  for (const auto& [set, stats] : counters_) {
    if (stats.records != 0) all.push_back(stats);
  }
  return all;
}

void RocksWriter::load_counters() {
  std::unique_ptr<rocksdb::Iterator> at{db_.NewIterator(rocksdb::ReadOptions{})};
  for (at->Seek("c"); at->Valid() && at->key().starts_with("c"); at->Next()) {
    SetStats stats;
    stats.set = at->key().ToString().substr(1);
    std::sscanf(at->value().ToString().c_str(), "%ld %ld", &stats.records, &stats.bytes);
    counters_[stats.set] = stats;
  }
}

void RocksWriter::loop() {
  auto next_sweep = std::chrono::steady_clock::now() + options_.sweep_ms;
  while (true) {
    std::vector<std::unique_ptr<PendingWrite>> writes;
    std::deque<std::function<void()>> work;
    {
      std::unique_lock lock{mutex_};
      wake_.wait_until(lock, next_sweep, [this] { return stopping_ || !queue_.empty() || !work_.empty(); });
      if (stopping_ && queue_.empty() && work_.empty()) return;
      while (!queue_.empty() && writes.size() < options_.batch_limit) {
        writes.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      work.swap(work_);
    }
    if (!writes.empty()) commit(std::move(writes));
    for (auto& each : work) each();
    if (std::chrono::steady_clock::now() >= next_sweep) {
      if (!down_) sweep();
      next_sweep = std::chrono::steady_clock::now() + options_.sweep_ms;
    }
  }
}

void RocksWriter::commit(std::vector<std::unique_ptr<PendingWrite>> writes) {
  Overlay overlay;
  rocksdb::WriteBatch batch;
  std::map<std::string, SetStats> counters;
  std::vector<Result<Changed>> results;
  results.reserve(writes.size());
  const auto now = std::chrono::steady_clock::now();
  for (const auto& write : writes) {
    if (now > write->change.deadline) {
      results.push_back(Error{ErrorKind::Timeout, "The store was too busy to write in time.", std::chrono::seconds{1}});
      continue;
    }
    const std::string raw_key = record_key(write->change.key);
    const auto& staged = results.emplace_back(stage(write->change, raw_key, overlay, batch, counters));
    // The results do not move: there is room for all of them.
    if (staged && staged->written) overlay[raw_key] = staged->record ? &*staged->record : nullptr;
  }
  if (batch.Count() > 0) {
    for (const auto& [set, stats] : counters) batch.Put(counter_key(set), encode_counter(stats));
    const auto status = db_.Write(rocksdb::WriteOptions{}, &batch);
    dirty_ = true;
    if (status.ok()) {
      std::lock_guard lock{mutex_};
      for (auto& [set, stats] : counters) counters_[set] = stats;
    } else {
      go_down(status.ToString());
      // Also answers that rest on a neighbour's write in the same batch are now unfounded.
      for (auto& result : results) result = in_doubt();
    }
  }
  // A refusal waits as well: what it rests on may not be synced yet.
  std::vector<UnsyncedWrite> unsynced;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (writes[i]->change.durable)
      unsynced.push_back({std::move(writes[i]), std::move(results[i])});
    else
      writes[i]->complete(std::move(results[i]));
  }
  if (unsynced.empty()) return;
  unsynced_count_ += unsynced.size();
  {
    std::lock_guard lock{sync_mutex_};
    std::ranges::move(unsynced, std::back_inserter(unsynced_));
  }
  sync_wake_.notify_one();
}

Result<Changed> RocksWriter::stage(const Change& change, const std::string& raw_key, const Overlay& overlay,
                                   rocksdb::WriteBatch& batch, std::map<std::string, SetStats>& counters) {
  std::optional<Record> before;
  if (const auto pending = overlay.find(raw_key); pending != overlay.end()) {
    if (pending->second != nullptr) before = *pending->second;
  } else {
    auto stored = stored_record(db_, raw_key);
    if (!stored) return stored.error();
    before = std::move(*stored);
  }
  auto changed = apply(before, change, clock_.now());
  if (!changed || !changed->written) return changed;

  auto counter = counters.find(change.key.set);
  if (counter == counters.end()) {
    std::lock_guard lock{mutex_};
    const auto known = counters_.find(change.key.set);
    counter =
        counters.emplace(change.key.set, known == counters_.end() ? SetStats{change.key.set, 0, 0} : known->second)
            .first;
  }
  const Record* after = changed->record ? &*changed->record : nullptr;
  const auto bytes_of = [&](const Record* record) {
    return record == nullptr ? 0 : static_cast<std::int64_t>(change.key.id.size() + size_of(record->bins));
  };
  const Record* was = before ? &*before : nullptr;
  counter->second.records += (after != nullptr ? 1 : 0) - (was != nullptr ? 1 : 0);
  counter->second.bytes += bytes_of(after) - bytes_of(was);
  if (after != nullptr) {
    batch.Put(raw_key, encode_record(*after));
  } else {
    batch.Delete(raw_key);
  }
  stage_indexes(change.key, was, after, batch);
  return changed;
}

void RocksWriter::stage_indexes(const Key& key, const Record* before, const Record* after, rocksdb::WriteBatch& batch) {
  for (const auto& [bin, type] : indexes_.of_set(key.set)) {
    const auto entry_of = [&, &indexed = bin, kind = type](const Record* record) -> std::optional<std::string> {
      if (record == nullptr) return std::nullopt;
      const auto value = record->bins.find(indexed);
      return value == record->bins.end() ? std::nullopt : index_bytes(kind, value->second);
    };
    const auto was = entry_of(before), is = entry_of(after);
    if (was == is) continue;
    if (was) batch.Delete(index_prefix(key.set, bin) + index_entry(*was, key.id));
    if (is) batch.Put(index_prefix(key.set, bin) + index_entry(*is, key.id), key.id);
  }
}

void RocksWriter::sweep() {
  const auto now = clock_.now();
  std::vector<Key> expired;
  std::unique_ptr<rocksdb::Iterator> at{db_.NewIterator(rocksdb::ReadOptions{})};
  at->Seek(swept_up_to_.empty() ? std::string{"r"} : swept_up_to_);
  std::size_t seen = 0;
  for (; at->Valid() && at->key().starts_with("r") && seen < kSweepRecords; at->Next(), ++seen) {
    if (!has_expired({at->value().data(), at->value().size()}, now)) continue;
    const std::string raw = at->key().ToString();
    const std::size_t end = raw.find('\0');
    expired.push_back({raw.substr(1, end - 1), raw.substr(end + 1)});
  }
  swept_up_to_ = at->Valid() && at->key().starts_with("r") ? at->key().ToString() : std::string{};
  if (expired.empty()) return;

  struct Forgotten final : PendingWrite {
    using PendingWrite::PendingWrite;
    void complete(Result<Changed>) override {}
  };
  std::vector<std::unique_ptr<PendingWrite>> writes;
  for (auto& key : expired) {
    WriteOptions options;
    options.durable = false;
    writes.push_back(std::make_unique<Forgotten>(Change::remove(std::move(key), options)));
  }
  commit(std::move(writes));
}

}  // namespace qm::kv
