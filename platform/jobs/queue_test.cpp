#include "platform/jobs/queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "platform/core/await.hpp"
#include "platform/core/eventually.hpp"
#include "platform/core/temp_dir.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/kv/rocks_store.hpp"

namespace qm::jobs {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{std::chrono::seconds{1'790'000'000}};

// What handlers saw. Outlives the queues.
struct Seen {
  std::mutex mutex;
  std::vector<Job> jobs;
  std::set<std::string> running;
  int together = 0;  // how often one job ran twice at once

  void enter(const Job& job) {
    std::lock_guard lock{mutex};
    jobs.push_back(job);
    if (!running.insert(job.id).second) ++together;
  }
  void leave(const Job& job) {
    std::lock_guard lock{mutex};
    running.erase(job.id);
  }
  std::size_t count() {
    std::lock_guard lock{mutex};
    return jobs.size();
  }
  std::vector<int> attempts_of(const std::string& id) {
    std::lock_guard lock{mutex};
    std::vector<int> attempts;
    for (const auto& job : jobs) {
      if (job.id == id) attempts.push_back(job.attempts);
    }
    return attempts;
  }
};

Handler answers(Seen& seen, Result<void> outcome) {
  return [&seen, outcome](const Job& job) -> Task<Result<void>> {
    seen.enter(job);
    seen.leave(job);
    co_return outcome;
  };
}

// Holds every job until released.
struct Gate {
  std::atomic<bool> open{false};
  std::atomic<int> held{0};
};

Task<Result<void>> wait_at(Gate& gate, Seen& seen, Job job) {
  seen.enter(job);
  ++gate.held;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    Executor>
      timer{co_await boost::asio::this_coro::executor};
  do {
    timer.expires_after(1ms);
    co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
  } while (!gate.open);
  seen.leave(job);
  co_return Result<void>{};
}

Handler waits_at(Gate& gate, Seen& seen) {
  return [&gate, &seen](const Job& job) { return wait_at(gate, seen, job); };
}

QueueOptions quick() {
  QueueOptions options;
  options.poll_ms = 2ms;
  options.backoff_base_ms = 100ms;
  options.jitter_seed = 7;
  return options;
}

class Jobs : public testing::Test {
 protected:
  Jobs() { workers_.start(); }

  std::unique_ptr<Queue> make(QueueOptions options = quick()) {
    auto queue = std::make_unique<Queue>(*store_, clock_, options);
    EXPECT_TRUE(await(queue->open()));
    return queue;
  }
  static Job job(std::string id, std::string kind = "work") { return {std::move(id), std::move(kind), "{}", 0}; }
  std::string state_of(const std::string& id) {
    const auto record = await(store_->get({"job", id}));
    const auto* state = record ? record->get<std::string>("state") : nullptr;
    return state == nullptr ? "none" : *state;
  }

  ManualClock clock_{kStart};
  Seen seen_;
  Gate gate_;
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("jobs", clock_);
  WorkerThreads workers_{2};
};

// A thousand that wait for a peer that is away were tried each every few seconds, and nothing else was done.
TEST_F(Jobs, ACrowdThatFailsIsTriedLessAndLessOften) {
  constexpr int kCrowd = 1'200;
  QueueOptions options = quick();
  options.backoff_base_ms = 1h;  // at once as rarely as the cap allows
  auto queue = make(options);
  queue->handle("work", answers(seen_, unavailable("The peer is away.")));
  for (int i = 0; i < kCrowd; ++i) EXPECT_TRUE(await(queue->enqueue(job("job" + std::to_string(i)))));
  queue->start(workers_);
  ASSERT_TRUE(eventually([&] { return queue->stats().retried == kCrowd; }));
  std::chrono::milliseconds latest{0};
  for (int i = 0; i < kCrowd; ++i) {
    const auto record = await(store_->get({"job", "job" + std::to_string(i)}));
    const std::chrono::milliseconds due{*record->get<std::int64_t>("due_at")};
    latest = std::max(latest, due - kStart.time_since_epoch());
  }
  EXPECT_GT(latest, 2 * options.backoff_cap_ms);
  EXPECT_LE(latest, options.backoff_crowd_cap_ms);
}

TEST_F(Jobs, RunsWhatIsEnqueuedAndCountsIt) {
  auto queue = make();
  queue->handle("work", answers(seen_, Result<void>{}));
  queue->start(workers_);
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(await(queue->enqueue({"job" + std::to_string(i), "work", "{\"n\":" + std::to_string(i) + "}"})));
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 20; }));
  EXPECT_EQ(seen_.count(), 20u);
  EXPECT_EQ(queue->stats().enqueued, 20);
  EXPECT_EQ(queue->stats_by_kind().at("work").completed, 20);
  EXPECT_EQ(queue->stats().dead, 0);
  EXPECT_TRUE(eventually([&] { return queue->stats().running == 0 && queue->stats().waiting == 0; }));
  EXPECT_EQ(state_of("job7"), "done");
  for (const auto& each : seen_.jobs) {
    EXPECT_EQ(each.attempts, 1);
    EXPECT_EQ(each.payload, "{\"n\":" + each.id.substr(3) + "}");
  }
}

TEST_F(Jobs, AnIdIsTakenOnce) {
  auto queue = make();
  queue->handle("work", answers(seen_, Result<void>{}));
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  EXPECT_TRUE(await(queue->enqueue(job("a", "other")))) << "enqueueing again is a success";
  queue->start(workers_);
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 1; }));
  EXPECT_TRUE(await(queue->enqueue(job("a")))) << "nor when just done";
  EXPECT_TRUE(await(queue->enqueue(job("b"))));
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 2; }));
  EXPECT_EQ(seen_.attempts_of("a").size(), 1u);
  EXPECT_EQ(queue->stats().enqueued, 2);
  clock_.advance(std::chrono::hours{2});
  EXPECT_TRUE(await(queue->enqueue(job("a")))) << "long done: a new piece of work";
  EXPECT_TRUE(eventually([&] { return seen_.attempts_of("a").size() == 2; }));
}

TEST_F(Jobs, RefusesBadIdsAndLargePayloads) {
  auto queue = make();
  for (const std::string& id : {std::string{}, std::string{"a b"}, std::string{"a/b"}, std::string(129, 'x')}) {
    EXPECT_EQ(await(queue->enqueue(job(id))).error().kind, ErrorKind::Rejected) << id;
  }
  Job large = job("a");
  large.payload = std::string(64 * 1024 + 1, ' ');
  EXPECT_EQ(await(queue->enqueue(large)).error().kind, ErrorKind::TooLarge);
  large.payload.pop_back();
  EXPECT_TRUE(await(queue->enqueue(large)));
}

TEST_F(Jobs, RunsADelayedJobWhenItsTimeHasCome) {
  auto queue = make();
  queue->handle("work", answers(seen_, Result<void>{}));
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("later"), kStart + 60s)));
  EXPECT_TRUE(await(queue->enqueue(job("now"))));
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 1; }));
  EXPECT_TRUE(seen_.attempts_of("later").empty());
  EXPECT_TRUE(eventually([&] { return queue->stats().waiting == 1; }));
  clock_.advance(60s);
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 2; }));
  EXPECT_EQ(seen_.attempts_of("later"), std::vector<int>{1});
}

TEST_F(Jobs, RetriesAfterAGrowingPause) {
  QueueOptions options = quick();
  options.max_attempts = 4;
  auto queue = make(options);
  queue->handle("work", answers(seen_, unavailable("not now")));
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  std::vector<std::int64_t> pauses;
  for (int attempt = 1; attempt < 4; ++attempt) {
    ASSERT_TRUE(eventually([&] { return queue->stats().retried == attempt; })) << attempt;
    EXPECT_EQ(static_cast<int>(seen_.attempts_of("a").size()), attempt) << "not before its time";
    const auto record = await(store_->get({"job", "a"}));
    pauses.push_back(*record->get<std::int64_t>("due_at") - clock_.now().time_since_epoch().count());
    EXPECT_GE(pauses.back(), 1);
    EXPECT_LE(pauses.back(), 100 << attempt);
    clock_.advance(std::chrono::milliseconds{pauses.back()});
  }
  ASSERT_TRUE(eventually([&] { return queue->stats().dead == 1; }));
  EXPECT_EQ(seen_.attempts_of("a"), (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(state_of("a"), "dead");
  EXPECT_EQ(*await(store_->get({"job", "a"}))->get<std::string>("last_error"), "not now");
  EXPECT_TRUE(eventually([&] { return queue->stats().dead_letters == 1; }));
  clock_.advance(std::chrono::hours{100});
  EXPECT_EQ(state_of("a"), "dead") << "a dead letter stays";
}

TEST_F(Jobs, RetriesAHandlerThatThrows) {
  auto queue = make();
  queue->handle("work", [&](const Job& each) -> Task<Result<void>> {
    seen_.enter(each);
    seen_.leave(each);
    if (each.attempts == 1) throw std::runtime_error("broken");
    co_return Result<void>{};
  });
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  ASSERT_TRUE(eventually([&] { return queue->stats().retried == 1; }));
  clock_.advance(10s);
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 1; }));
  EXPECT_EQ(seen_.attempts_of("a"), (std::vector<int>{1, 2}));
}

TEST_F(Jobs, GivesUpAtOnceWhatNoRetryCanMend) {
  auto queue = make();
  queue->handle("rejected", answers(seen_, rejected("no")));
  queue->handle("invalid", answers(seen_, invalid({})));
  queue->handle("not_found", answers(seen_, not_found("no")));
  queue->start(workers_);
  for (const char* kind : {"rejected", "invalid", "not_found", "unknown"})
    EXPECT_TRUE(await(queue->enqueue(job(kind, kind))));
  ASSERT_TRUE(eventually([&] { return queue->stats().dead == 4; }));
  EXPECT_EQ(queue->stats().retried, 0);
  EXPECT_EQ(queue->stats_by_kind().at("unknown").dead, 1);
  for (const char* kind : {"rejected", "invalid", "not_found"}) EXPECT_EQ(seen_.attempts_of(kind), std::vector<int>{1});
}

TEST_F(Jobs, ClaimsAgainWhatADeadWorkerHeld) {
  {
    auto doomed = make();
    EXPECT_TRUE(await(doomed->enqueue(job("a"))));
  }
  // As a process leaves it that claimed the job and died.
  EXPECT_TRUE(await(store_->put({"job", "a"}, {{"state", "leased"}, {"owner", "lease_dead"}, {"attempts", 1},
                                              {"due_at", (kStart + 30s).time_since_epoch().count()}})));
  auto queue = make();
  queue->handle("work", answers(seen_, Result<void>{}));
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("b"))));
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 1; }));
  EXPECT_TRUE(seen_.attempts_of("a").empty()) << "the lease still runs";
  clock_.advance(30s);
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 2; }));
  EXPECT_EQ(seen_.attempts_of("a"), std::vector<int>{2});
}

TEST_F(Jobs, GivesUpAJobThatKillsItsWorkersAgainAndAgain) {
  QueueOptions options = quick();
  options.max_attempts = 3;
  auto queue = make(options);
  queue->handle("work", answers(seen_, Result<void>{}));
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  EXPECT_TRUE(await(store_->put({"job", "a"}, {{"state", "leased"}, {"owner", "lease_dead"}, {"attempts", 3}})));
  queue->start(workers_);
  ASSERT_TRUE(eventually([&] { return queue->stats().dead == 1; }));
  EXPECT_EQ(seen_.count(), 0u) << "three attempts were begun already";
  EXPECT_EQ(state_of("a"), "dead");
}

TEST_F(Jobs, KeepsTheLeaseOfAHandlerThatTakesLong) {
  QueueOptions options = quick();
  options.lease_ms = 20ms;
  auto queue = make(options);
  queue->handle("work", waits_at(gate_, seen_));
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  ASSERT_TRUE(eventually([&] { return gate_.held == 1; }));
  const auto due = [&] { return *await(store_->get({"job", "a"}))->get<std::int64_t>("due_at"); };
  for (int renewal = 0; renewal < 3; ++renewal) {
    clock_.advance(15ms);
    const std::int64_t wanted = (clock_.now() + 20ms).time_since_epoch().count();
    ASSERT_TRUE(eventually([&] { return due() == wanted; }));
  }
  gate_.open = true;
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 1; }));
  EXPECT_EQ(seen_.count(), 1u);
}

TEST_F(Jobs, AHandlerThatStopWaitsForKeepsItsLease) {
  QueueOptions options = quick();
  options.lease_ms = 20ms;
  auto queue = make(options);
  queue->handle("work", waits_at(gate_, seen_));
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  ASSERT_TRUE(eventually([&] { return gate_.held == 1; }));
  std::thread stopper{[&] { queue->stop(60s); }};
  const auto due = [&] { return *await(store_->get({"job", "a"}))->get<std::int64_t>("due_at"); };
  for (int renewal = 0; renewal < 10; ++renewal) {
    clock_.advance(15ms);
    const std::int64_t wanted = (clock_.now() + 20ms).time_since_epoch().count();
    EXPECT_TRUE(eventually([&] { return due() == wanted; })) << "another process would run the job as well";
  }
  gate_.open = true;
  stopper.join();
  EXPECT_EQ(queue->stats().completed, 1);
}

TEST_F(Jobs, ALateOwnerDoesNotConcludeWhatAnotherClaimed) {
  auto queue = make();
  queue->handle("work", waits_at(gate_, seen_));
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  ASSERT_TRUE(eventually([&] { return gate_.held == 1; }));
  EXPECT_TRUE(await(store_->put({"job", "a"}, {{"owner", "lease_other"}})));
  gate_.open = true;
  ASSERT_TRUE(eventually([&] { return queue->stats().running == 0; }));
  EXPECT_EQ(state_of("a"), "leased");
  EXPECT_EQ(queue->stats().completed, 0);
}

TEST_F(Jobs, RunsAtMostSoManyAtOnce) {
  QueueOptions options = quick();
  options.concurrency = 3;
  auto queue = make(options);
  queue->handle("work", waits_at(gate_, seen_));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(await(queue->enqueue(job("job" + std::to_string(i)))));
  queue->start(workers_);
  ASSERT_TRUE(eventually([&] { return gate_.held == 3; }));
  EXPECT_EQ(queue->stats().running, 3);
  gate_.open = true;
  ASSERT_TRUE(eventually([&] { return queue->stats().completed == 10; }));
  EXPECT_EQ(seen_.together, 0);
}

TEST_F(Jobs, TwoQueuesOnOneStoreShareTheWork) {
  constexpr int kJobs = 60;
  WorkerThreads others{2};
  others.start();
  auto first = make(), second = make();
  const auto handler = [this](const Job& each) -> Task<Result<void>> {
    seen_.enter(each);
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable_t<Executor>{});
    seen_.leave(each);
    co_return Result<void>{};
  };
  first->handle("work", handler);
  second->handle("work", handler);
  first->start(workers_);
  second->start(others);
  for (int i = 0; i < kJobs; ++i)
    EXPECT_TRUE(await((i % 2 == 0 ? first : second)->enqueue(job("job" + std::to_string(i)))));
  ASSERT_TRUE(eventually([&] { return first->stats().completed + second->stats().completed == kJobs; }));
  EXPECT_EQ(seen_.count(), static_cast<std::size_t>(kJobs)) << "a job ran twice";
  EXPECT_EQ(seen_.together, 0);
  second->stop();
  first->stop();
}

TEST_F(Jobs, StopWaitsForRunningHandlersAndClaimsNoMore) {
  constexpr int kJobs = 500;
  QueueOptions options = quick();
  options.concurrency = 2;
  auto queue = make(options);
  queue->handle("work", waits_at(gate_, seen_));
  for (int i = 0; i < kJobs; ++i) EXPECT_TRUE(await(queue->enqueue(job("job" + std::to_string(i)))));
  queue->start(workers_);
  ASSERT_TRUE(eventually([&] { return gate_.held == 2; }));
  std::atomic<bool> stopping{false};
  std::thread opener{[&] {
    stopping.wait(false);
    gate_.open = true;
  }};
  stopping = true;
  stopping.notify_one();
  queue->stop(20s);
  const std::size_t begun = seen_.count();
  EXPECT_EQ(queue->stats().running, 0);
  EXPECT_EQ(queue->stats().completed, static_cast<std::int64_t>(begun)) << "what was begun was finished";
  EXPECT_LT(begun, static_cast<std::size_t>(kJobs)) << "what was not begun stays";
  EXPECT_TRUE(await(queue->enqueue(job("late")))) << "enqueueing goes on";
  queue->stop();
  opener.join();
  EXPECT_EQ(seen_.count(), begun);
}

TEST_F(Jobs, StopGivesUpWaitingAfterItsTime) {
  auto queue = make();
  queue->handle("work", waits_at(gate_, seen_));
  queue->start(workers_);
  EXPECT_TRUE(await(queue->enqueue(job("a"))));
  ASSERT_TRUE(eventually([&] { return gate_.held == 1; }));
  queue->stop(1ms);
  EXPECT_EQ(queue->stats().running, 1);
  gate_.open = true;
  EXPECT_TRUE(eventually([&] { return queue->stats().completed == 1; }));
}

TEST(DurableJobs, SurviveReopeningTheStore) {
  const TempDir dir;
  const ManualClock clock{kStart};
  Seen seen;
  {
    auto store = kv::open_rocks_store(dir.path().string(), "jobs", clock).value();
    Queue queue{*store, clock, quick()};
    EXPECT_TRUE(await(queue.open()));
    for (int i = 0; i < 5; ++i) {
      Job each{"job" + std::to_string(i), "work", "{}"};
      EXPECT_TRUE(await(queue.enqueue(std::move(each))));
    }
  }
  {
    WorkerThreads workers{1};
    workers.start();
    auto store = kv::open_rocks_store(dir.path().string(), "jobs", clock).value();
    Queue queue{*store, clock, quick()};
    EXPECT_TRUE(await(queue.open()));
    queue.handle("work", answers(seen, Result<void>{}));
    queue.start(workers);
    EXPECT_TRUE(eventually([&] { return queue.stats().completed == 5; }));
    queue.stop();
    workers.stop();
    workers.join();
  }
  EXPECT_EQ(seen.count(), 5u);
}

}  // namespace
}  // namespace qm::jobs
