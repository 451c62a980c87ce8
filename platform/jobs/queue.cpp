#include "platform/jobs/queue.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <mutex>
#include <random>
#include <thread>

#include "platform/core/id.hpp"
#include "platform/log/log.hpp"

namespace qm::jobs {

namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
constexpr boost::asio::use_awaitable_t<Executor> kAwait{};

constexpr std::size_t kMaxPayloadBytes = 64 * 1024;
constexpr std::size_t kClaimPage = 64;
constexpr std::size_t kCountLimit = 1'000;
constexpr int kPollsPerCount = 10;
constexpr std::int64_t kFailuresPerCap = 200;  // in a row, in a crowd: by so many the cap grows by itself once more

std::int64_t to_ms(Timestamp at) { return at.time_since_epoch().count(); }

Job job_of(const kv::Entry& entry) {
  Job job;
  job.id = entry.key.id;
  if (const auto* kind = entry.record.get<std::string>("kind")) job.kind = *kind;
  if (const auto* payload = entry.record.get<std::string>("payload")) job.payload = *payload;
  if (const auto* attempts = entry.record.get<std::int64_t>("attempts")) job.attempts = static_cast<int>(*attempts);
  return job;
}

bool is_hopeless(ErrorKind kind) {
  return kind == ErrorKind::Rejected || kind == ErrorKind::Invalid || kind == ErrorKind::NotFound;
}

}  // namespace

struct Queue::State : std::enable_shared_from_this<Queue::State> {
  State(kv::Store& s, const Clock& c, QueueOptions o)
      : store(s),
        clock(c),
        options(std::move(o)),
        random(options.jitter_seed != 0 ? options.jitter_seed : std::random_device{}()) {}

  kv::Store& store;
  const Clock& clock;
  const QueueOptions options;
  std::map<std::string, Handler> handlers;

  mutable std::mutex mutex;  // guards what follows
  std::map<std::string, QueueStats> by_kind;
  std::map<std::string, std::int64_t> failed_in_a_row;  // by kind
  std::mt19937_64 random;

  WorkerThreads* workers = nullptr;
  // The dispatcher's own, touched on worker 0 only: it lives and dies with the dispatcher's frame, so that it never
  // outlasts the io_context that it belongs to.
  Timer* wake = nullptr;
  std::atomic<bool> stopping{false};
  std::atomic<bool> dispatching{false};
  std::atomic<int> running{0};
  std::atomic<bool> woken{false};
  std::atomic<std::int64_t> waiting{0}, dead_letters{0};
  std::size_t next_worker = 0;

  void count(const std::string& kind, std::int64_t QueueStats::*what, std::int64_t by = 1) {
    std::lock_guard lock{mutex};
    by_kind[kind].*what += by;
  }

  void wake_up() {
    if (workers == nullptr) return;
    woken = true;
    boost::asio::post(workers->context(0), [self = shared_from_this()] {
      if (self->wake) self->wake->cancel();
    });
  }

  void note_end(const std::string& kind, bool succeeded) {
    std::lock_guard lock{mutex};
    std::int64_t& failures = failed_in_a_row[kind];
    failures = succeeded ? 0 : failures + 1;
  }

  // Exponential with full jitter (Brooker, «Exponential Backoff And Jitter», 2015).
  std::chrono::milliseconds backoff(const Job& job) {
    std::lock_guard lock{mutex};
    std::int64_t cap = options.backoff_cap_ms.count();
    if (waiting >= static_cast<std::int64_t>(kCountLimit)) {
      const std::int64_t grown = cap * (1 + failed_in_a_row[job.kind] / kFailuresPerCap);
      cap = std::max(cap, std::min(grown, options.backoff_crowd_cap_ms.count()));
    }
    const std::int64_t ceiling = std::min(cap, options.backoff_base_ms.count() << std::min(job.attempts, 20));
    return std::chrono::milliseconds{1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(ceiling))};
  }

  static Task<void> dispatch(std::shared_ptr<State> self) {
    Timer timer{co_await boost::asio::this_coro::executor};
    self->wake = &timer;
    for (int polls = 0; !self->stopping; ++polls) {
      self->woken = false;
      bool more = false;
      try {
        more = co_await self->claim_due();
        if (polls % kPollsPerCount == 0) co_await self->count_stored();
      } catch (const std::exception& broken) {
        log::error("the job queue failed", {{"error", broken.what()}});
      }
      if (more || self->woken || self->stopping) continue;
      boost::system::error_code ignored;
      timer.expires_after(self->options.poll_ms);
      if (!self->woken) co_await timer.async_wait(boost::asio::redirect_error(kAwait, ignored));
    }
    self->wake = nullptr;
    self->dispatching = false;
  }

  // → whether there may be more to claim at once.
  Task<bool> claim_due() {
    const auto room = static_cast<std::int64_t>(options.concurrency) - running;
    if (room <= 0) co_return false;
    kv::IndexRange due;
    due.high = to_ms(clock.now());
    const std::size_t limit = std::min<std::size_t>(kClaimPage, static_cast<std::size_t>(room));
    auto page = co_await store.find(options.set, "due_at", due, "", limit);
    if (!page) co_return false;
    for (auto& entry : page->entries) {
      if (stopping) co_return false;
      co_await claim(std::move(entry));
    }
    co_return !page->cursor.empty() && running < static_cast<int>(options.concurrency);
  }

  Task<void> claim(kv::Entry entry) {
    Job job = job_of(entry);
    ++job.attempts;
    const std::string owner = make_id("lease", clock.now());
    kv::Bins bins;
    bins["state"] = "leased";
    bins["owner"] = owner;
    bins["attempts"] = std::int64_t{job.attempts};
    bins["due_at"] = to_ms(clock.now() + options.lease_ms);
    kv::WriteOptions writing;
    writing.mode = kv::WriteMode::UpdateOnly;
    writing.expect_generation = entry.record.generation;
    writing.durable = false;
    auto claimed = co_await store.put(entry.key, std::move(bins), writing);
    if (!claimed) co_return;  // somebody else has it
    if (job.attempts > options.max_attempts) {  // whoever began the last one died of it, or with it
      const Result<void> outcome = unavailable("the last attempt did not end");
      co_await conclude(job, owner, outcome);
      co_return;
    }
    ++running;
    count(job.kind, &QueueStats::running);
    auto& context = workers->context(next_worker++ % workers->size());
    boost::asio::co_spawn(context.get_executor(), run(shared_from_this(), std::move(job), owner),
                          boost::asio::detached);
  }

  static Task<void> run(std::shared_ptr<State> self, Job job, std::string owner) {
    auto finished = std::make_shared<std::atomic<bool>>(false);
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, renew(self, job.id, owner, finished), boost::asio::detached);
    Result<void> outcome{};
    const auto handler = self->handlers.find(job.kind);
    if (handler == self->handlers.end()) {
      outcome = rejected("nobody handles jobs of this kind");
    } else {
      try {
        outcome = co_await handler->second(job);
      } catch (const std::exception& broken) {
        outcome = Error{ErrorKind::Internal, broken.what()};
      }
    }
    *finished = true;
    co_await self->conclude(job, owner, outcome);
    self->count(job.kind, &QueueStats::running, -1);
    --self->running;
    self->wake_up();
  }

  Task<void> conclude(const Job& job, const std::string& owner, const Result<void>& outcome) {
    std::vector<kv::Op> ops;
    kv::OperateOptions options_;
    options_.only_if = mine(owner);
    options_.mode = kv::WriteMode::UpdateOnly;
    options_.durable = false;  // should it get lost, the job runs once more
    ops.push_back(kv::Op::set("owner", kv::Value{}));
    note_end(job.kind, static_cast<bool>(outcome));
    std::int64_t QueueStats::*counter = &QueueStats::completed;
    if (outcome) {
      ops.push_back(kv::Op::set("state", "done"));
      ops.push_back(kv::Op::set("due_at", kv::Value{}));
      options_.ttl = options.keep_done_s;
    } else {
      ops.push_back(kv::Op::set("last_error", outcome.error().detail));
      const bool dead = is_hopeless(outcome.error().kind) || job.attempts >= options.max_attempts;
      counter = dead ? &QueueStats::dead : &QueueStats::retried;
      if (dead) {
        ops.push_back(kv::Op::set("state", "dead"));
        ops.push_back(kv::Op::set("due_at", kv::Value{}));
        ops.push_back(kv::Op::set("dead_at", to_ms(clock.now())));
        log::error(
            "a job is given up",
            {{"kind", job.kind}, {"job", job.id}, {"attempts", job.attempts}, {"error", outcome.error().detail}});
      } else {
        ops.push_back(kv::Op::set("state", "waiting"));
        ops.push_back(kv::Op::set("due_at", to_ms(clock.now() + backoff(job))));
      }
    }
    kv::Key key{options.set, job.id};
    auto written = co_await store.operate(std::move(key), std::move(ops), std::move(options_));
    if (written) count(job.kind, counter);
  }

  static std::vector<kv::Condition> mine(const std::string& owner) {
    std::vector<kv::Condition> conditions;
    conditions.push_back({"owner", kv::Compare::Equal, kv::Value{owner}});
    return conditions;
  }

  // A handler that takes long keeps its lease, also while stop() waits for it.
  static Task<void> renew(std::shared_ptr<State> self, std::string id, std::string owner,
                          std::shared_ptr<std::atomic<bool>> finished) {
    Timer timer{co_await boost::asio::this_coro::executor};
    while (true) {
      timer.expires_after(self->options.lease_ms / 2);
      boost::system::error_code failed;
      co_await timer.async_wait(boost::asio::redirect_error(kAwait, failed));
      if (failed || *finished) co_return;
      std::vector<kv::Op> ops;
      ops.push_back(kv::Op::set("due_at", to_ms(self->clock.now() + self->options.lease_ms)));
      kv::OperateOptions writing;
      writing.only_if = mine(owner);
      writing.mode = kv::WriteMode::UpdateOnly;
      writing.durable = false;
      kv::Key key{self->options.set, id};
      (void)co_await self->store.operate(std::move(key), std::move(ops), std::move(writing));
    }
  }

  Task<void> count_stored() {
    kv::IndexRange any;
    auto due = co_await store.find(options.set, "due_at", any, "", kCountLimit);
    if (due) waiting = static_cast<std::int64_t>(due->entries.size());
    auto dead = co_await store.find(options.set, "dead_at", any, "", kCountLimit);
    if (dead) dead_letters = static_cast<std::int64_t>(dead->entries.size());
  }
};

Queue::Queue(kv::Store& store, const Clock& clock, QueueOptions options)
    : state_(std::make_shared<State>(store, clock, std::move(options))) {}

Queue::~Queue() { stop(); }

Task<Result<void>> Queue::open() {
  auto due = co_await state_->store.ensure_index(state_->options.set, "due_at", kv::IndexType::Integer);
  if (!due) co_return due.error();
  auto dead = co_await state_->store.ensure_index(state_->options.set, "dead_at", kv::IndexType::Integer);
  co_return dead;
}

void Queue::handle(std::string kind, Handler handler) { state_->handlers[std::move(kind)] = std::move(handler); }

Task<Result<void>> Queue::enqueue(Job job, Timestamp run_at) {
  auto state = state_;
  if (!is_valid_id(job.id)) co_return rejected("a job's id is 1 to 128 characters of A-Z a-z 0-9 . _ @ + -");
  if (job.payload.size() > kMaxPayloadBytes) co_return Error{ErrorKind::TooLarge, "A job's payload is at most 64 KiB."};
  const Timestamp now = state->clock.now();
  kv::Bins bins;
  bins["kind"] = job.kind;
  bins["payload"] = job.payload;
  bins["state"] = "waiting";
  bins["attempts"] = std::int64_t{0};
  bins["created_at"] = to_ms(now);
  bins["due_at"] = to_ms(std::max(run_at, now));
  kv::WriteOptions writing;
  writing.mode = kv::WriteMode::CreateOnly;
  kv::Key key{state->options.set, job.id};
  auto written = co_await state->store.put(std::move(key), std::move(bins), writing);
  if (!written) {
    if (written.error().kind == ErrorKind::AlreadyExists) co_return Result<void>{};
    co_return written.error();
  }
  state->count(job.kind, &QueueStats::enqueued);
  if (run_at <= now) state->wake_up();
  co_return Result<void>{};
}

void Queue::start(WorkerThreads& workers) {
  state_->workers = &workers;
  state_->dispatching = true;
  boost::asio::co_spawn(workers.context(0).get_executor(), State::dispatch(state_), boost::asio::detached);
}

void Queue::stop(std::chrono::milliseconds timeout_ms) {
  if (state_->workers == nullptr || state_->stopping.exchange(true)) return;
  state_->wake_up();
  const Deadline deadline = deadline_in(timeout_ms);
  while ((state_->dispatching || state_->running > 0) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

std::map<std::string, QueueStats> Queue::stats_by_kind() const {
  std::lock_guard lock{state_->mutex};
  return state_->by_kind;
}

QueueStats Queue::stats() const {
  QueueStats sum;
  for (const auto& [kind, stats] : stats_by_kind()) {
    sum.enqueued += stats.enqueued;
    sum.completed += stats.completed;
    sum.retried += stats.retried;
    sum.dead += stats.dead;
    sum.running += stats.running;
  }
  sum.waiting = state_->waiting;
  sum.dead_letters = state_->dead_letters;
  return sum;
}

}  // namespace qm::jobs
