// A durable queue of jobs on the store: at least once, so handlers must be idempotent.
//
// A job is a record of the queue's set; a claim is a lease written with the record's generation, so any number of
// workers in any number of processes may run on one store, and none runs a job that another holds. A worker that dies
// lets its lease run out; the job is then claimed again. A failed attempt is retried after an exponential backoff with
// full jitter; after `max_attempts` the job becomes a dead letter, which stays and is counted.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/core/result.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/task.hpp"
#include "platform/kv/store.hpp"

namespace qm::jobs {

struct Job {
  // Unique per piece of work: enqueueing an id that is already there (waiting, running or just done) changes nothing.
  std::string id;
  std::string kind;     // selects the handler, and labels the metrics
  std::string payload;  // JSON text, at most 64 KiB
  int attempts = 0;     // attempts begun, this one included
};

struct QueueOptions {
  std::string set = "job";  // two queues on one store: jobs of one neither wait for nor hinder those of the other
  std::chrono::milliseconds lease_ms{10'000};  // how long the job of a process that died waits for another
  std::chrono::milliseconds poll_ms{500};  // how long another process's job, or a due retry, may go unnoticed
  std::chrono::milliseconds backoff_base_ms{200};
  // Together: a peer's return is noticed within seconds, and more than a day of its absence is waited out (half of the
  // cap on average, that often).
  std::chrono::milliseconds backoff_cap_ms{5'000};
  // While a crowd waits (1,000 or more) and no job of a kind succeeds, its cap grows up to this: else trying them all
  // again would be all that a process does. One success, of a new job say, and it is small again.
  std::chrono::milliseconds backoff_crowd_cap_ms{600'000};
  int max_attempts = 40'000;
  std::size_t concurrency = 8;              // jobs running at once in this process
  std::chrono::seconds keep_done_s{3600};
  std::uint64_t jitter_seed = 0;            // 0: from the system
};

struct QueueStats {
  std::int64_t enqueued = 0, completed = 0, retried = 0, dead = 0;  // since start, this process
  std::int64_t running = 0;                                         // now, this process
  std::int64_t waiting = 0, dead_letters = 0;  // of the whole store, at most some seconds old, counted up to 1,000
};

// What a handler returns: success ends the job. Any error is retried, but Rejected, Invalid and NotFound, which no
// retry can mend, make it a dead letter at once.
using Handler = std::function<Task<Result<void>>(const Job&)>;

class Queue {
 public:
  // `store` and `clock` outlive the queue.
  Queue(kv::Store& store, const Clock& clock, QueueOptions options = {});
  ~Queue();
  Queue(const Queue&) = delete;

  // Declares the indexes; call once before anything else.
  Task<Result<void>> open();
  // Before start() only.
  void handle(std::string kind, Handler handler);

  // The job is durable when this returns. `run_at` in the future delays it. Wakes a worker of this process at once.
  Task<Result<void>> enqueue(Job job, Timestamp run_at = {});

  // Starts the pollers on the workers' contexts; returns at once.
  void start(WorkerThreads& workers);
  // Stops claiming and waits (blocking, up to `timeout_ms`) for running handlers. Idempotent. Call while the
  // workers still run.
  void stop(std::chrono::milliseconds timeout_ms = std::chrono::milliseconds{5000});

  QueueStats stats() const;  // thread-safe
  std::map<std::string, QueueStats> stats_by_kind() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace qm::jobs
