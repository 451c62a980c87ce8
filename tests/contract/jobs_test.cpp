// Several queues on one store, as several instances of a service have them: a job is run by one at a time, and to its
// end once.
#include <map>

#include "platform/core/runtime.hpp"
#include "platform/jobs/queue.hpp"
#include "tests/contract/store_contract.hpp"

namespace qm::contract {
namespace {

using namespace std::chrono_literals;
using Pause = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr int kQueues = 4;
constexpr int kJobs = 400;

// What the handlers of all queues did.
class Ledger {
 public:
  void enter(const std::string& id) {
    std::lock_guard lock{mutex_};
    ++begun_;
    if (++jobs_[id].running > 1) ++together_;
  }
  void leave(const std::string& id, bool done) {
    std::lock_guard lock{mutex_};
    --jobs_[id].running;
    if (done) ++jobs_[id].ended;
  }
  int begun() const { return locked(begun_); }
  int together() const { return locked(together_); }  // how often a job was begun while it ran
  // How many jobs ended well as many times.
  int ended(int times) const {
    std::lock_guard lock{mutex_};
    int n = 0;
    for (const auto& [id, job] : jobs_) n += job.ended == times ? 1 : 0;
    return n;
  }

 private:
  struct OfJob {
    int running = 0, ended = 0;
  };
  int locked(const int& value) const {
    std::lock_guard lock{mutex_};
    return value;
  }
  mutable std::mutex mutex_;
  std::map<std::string, OfJob> jobs_;
  int begun_ = 0, together_ = 0;
};

// The first attempt at every fifth job fails, and that at every seventh throws.
Task<Result<void>> work_on(Ledger& ledger, jobs::Job job) {
  ledger.enter(job.id);
  Pause pause{co_await boost::asio::this_coro::executor};
  pause.expires_after(1ms);
  co_await pause.async_wait(boost::asio::use_awaitable_t<Executor>{});
  const int n = std::stoi(job.payload);
  const bool fails = job.attempts == 1 && n % 5 == 0, throws = job.attempts == 1 && n % 7 == 0;
  ledger.leave(job.id, !fails && !throws);
  if (throws) throw std::runtime_error("broken");
  if (fails) co_return unavailable("not now");
  co_return Result<void>{};
}

struct Instance {
  Instance(kv::Store& store, const Clock& clock, jobs::QueueOptions options) : queue(store, clock, options) {}
  ~Instance() { queue.stop(30s); }

  WorkerThreads workers{1};
  jobs::Queue queue;
};

class JobsOnManyQueues : public StoreContract {
 protected:
  Instance& add(const jobs::Handler& handler, jobs::QueueOptions options, const Clock& clock) {
    auto& instance = *instances_.emplace_back(std::make_unique<Instance>(store(), clock, options));
    EXPECT_TRUE(await(instance.queue.open()));
    instance.queue.handle("work", handler);
    instance.workers.start();
    instance.queue.start(instance.workers);
    return instance;
  }
  std::int64_t sum(std::int64_t jobs::QueueStats::*what) const {
    std::int64_t all = 0;
    for (const auto& each : instances_) all += each->queue.stats().*what;
    return all;
  }
  void TearDown() override { instances_.clear(); }

  SystemClock real_;
  std::vector<std::unique_ptr<Instance>> instances_;
};

TEST_P(JobsOnManyQueues, RunEachJobByOneAtATimeAndToItsEndOnce) {
  Ledger ledger;
  const auto handler = [&ledger](const jobs::Job& job) { return work_on(ledger, job); };
  jobs::QueueOptions options;
  options.lease_ms = 60s;  // nobody dies here, so none may run out
  options.poll_ms = 5ms;
  options.backoff_base_ms = 2ms;
  options.backoff_cap_ms = 20ms;
  for (int i = 0; i < kQueues; ++i) add(handler, options, real_);
  // Every job is owed through two queues.
  in_parallel(kQueues, [&](int i) {
    for (int n = 0; n < kJobs; ++n) {
      if (n % kQueues != i && (n + 1) % kQueues != i) continue;
      jobs::Job job;
      job.id = "job" + std::to_string(n);
      job.kind = "work";
      job.payload = std::to_string(n);
      EXPECT_TRUE(await(instances_[static_cast<std::size_t>(i)]->queue.enqueue(std::move(job))));
    }
  });
  EXPECT_TRUE(eventually([&] { return sum(&jobs::QueueStats::completed) >= kJobs; }, kAtMost));
  EXPECT_EQ(ledger.together(), 0) << "a job ran twice at once";
  EXPECT_EQ(ledger.ended(1), kJobs);
  EXPECT_EQ(sum(&jobs::QueueStats::enqueued), kJobs);
  EXPECT_EQ(sum(&jobs::QueueStats::completed), kJobs);
  EXPECT_EQ(sum(&jobs::QueueStats::retried), ledger.begun() - kJobs);
  EXPECT_EQ(sum(&jobs::QueueStats::dead), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, JobsOnManyQueues, testing::ValuesIn(engines()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace qm::contract
