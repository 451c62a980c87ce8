// Two threads: one takes writes from a bounded queue and writes them in batches, the other syncs the log and then
// answers those that asked to survive a power loss. So a write that need not wait for the disk does not wait for those
// that do, and one sync serves all that were written before it began.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "platform/kv/index.hpp"
#include "platform/kv/record_change.hpp"
#include "platform/kv/rocks_store.hpp"

namespace qm::kv {

// Where things stand in the database: r<set>\0<id> → record; x<set>\0<bin>\0<value>\0\0<id> → id;
// c<set> → counters; i<set>\0<bin> → type; m… → the format.
std::string record_key(const Key& key);
std::string record_prefix(const std::string& set);
std::string index_prefix(const std::string& set, const std::string& bin);

// A write and who waits for it. complete() is called once, on the writer thread, and must only post.
class PendingWrite {
 public:
  explicit PendingWrite(Change c) : change(std::move(c)) {}
  virtual ~PendingWrite() = default;
  virtual void complete(Result<Changed> result) = 0;
  Change change;
};

// A write that is in the log, and what to answer once the log is synced.
struct UnsyncedWrite {
  std::unique_ptr<PendingWrite> write;
  Result<Changed> result;
};

class RocksWriter {
 public:
  RocksWriter(rocksdb::DB& db, IndexCatalog& indexes, const Clock& clock, RocksOptions options);
  ~RocksWriter();  // commits what waits, then ends

  // Takes `write`; false, leaving it, when the queue is full or the disk refuses.
  bool try_enqueue(std::unique_ptr<PendingWrite>& write);
  // All of them or none.
  bool try_enqueue(std::vector<std::unique_ptr<PendingWrite>>& writes);
  bool is_down() const { return down_; }
  std::string down_because() const;
  // Runs `work` on the writer thread between two batches, and waits for it.
  void run_between_batches(std::function<void()> work);
  std::vector<SetStats> stats() const;

 private:
  // What earlier writes of the same batch made of a record; nullptr: there is none any more.
  using Overlay = std::unordered_map<std::string, const Record*>;
  void loop();
  void commit(std::vector<std::unique_ptr<PendingWrite>> writes);
  void sync_loop();
  void go_down(const std::string& why);
  Result<Changed> stage(const Change& change, const std::string& raw_key, const Overlay& overlay,
                        rocksdb::WriteBatch& batch, std::map<std::string, SetStats>& counters);
  void stage_indexes(const Key& key, const Record* before, const Record* after, rocksdb::WriteBatch& batch);
  void sweep();
  void load_counters();

  rocksdb::DB& db_;
  IndexCatalog& indexes_;
  const Clock& clock_;
  const RocksOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<PendingWrite>> queue_;
  std::deque<std::function<void()>> work_;
  bool stopping_ = false;
  std::atomic<bool> down_{false};
  std::string down_because_;
  std::map<std::string, SetStats> counters_;
  std::string swept_up_to_;
  std::mutex sync_mutex_;
  std::condition_variable sync_wake_;
  std::vector<UnsyncedWrite> unsynced_;
  std::atomic<std::size_t> unsynced_count_{0};  // those being synced included
  std::atomic<bool> dirty_{false};              // written since the last sync began
  bool sync_stopping_ = false;
  std::thread thread_;
  std::thread sync_thread_;
};

}  // namespace qm::kv
