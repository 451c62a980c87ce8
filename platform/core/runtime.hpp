// The program's threads: N workers, each with an io_context of its own, and a bounded pool for slow CPU work.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/core/result.hpp"
#include "platform/core/task.hpp"

namespace qm {

// Worker threads. Construct, spawn onto context(i), start(), stop(), join(). Thread-safe but for construction.
//
// `spin`: how long a worker that has run out of work goes on asking for more before it sleeps, in 0…kMaxSpin. Waking a
// thread that sleeps costs both sides: 50 µs spare that where replies come from a fast network and each worker has a
// core of its own. 0, the default, sleeps at once; where threads share cores that is right.
class WorkerThreads {
 public:
  static constexpr std::chrono::microseconds kMaxSpin{10'000};

  // count in 1…256; throws std::invalid_argument when one of the two is out of range
  explicit WorkerThreads(std::size_t count, std::chrono::microseconds spin = {});
  ~WorkerThreads();  // stops and joins
  WorkerThreads(const WorkerThreads&) = delete;

  std::size_t size() const noexcept { return contexts_.size(); }
  boost::asio::io_context& context(std::size_t index) { return *contexts_[index]; }

  void start();  // returns at once; the threads run until stop()
  void stop();   // handlers not yet run are dropped
  void join();

 private:
  std::chrono::microseconds spin_;
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<std::thread> threads_;
};

// Slow CPU work (password hashing, prediction) off the worker threads. At most `queue_limit` calls wait or run; one
// more is refused with Unavailable (Retry-After 1 s). Thread-safe.
class CpuPool {
 public:
  CpuPool(std::size_t threads, std::size_t queue_limit) : pool_(threads), queue_limit_(queue_limit) {}
  ~CpuPool() { stop(); }

  // Runs `work()` on the pool and resumes the caller on its own thread. An exception of `work` is rethrown there.
  template <class F, class T = std::invoke_result_t<F>>
  Task<Result<T>> run(F work) {
    if (pending_.fetch_add(1, std::memory_order_relaxed) >= queue_limit_) {
      pending_.fetch_sub(1, std::memory_order_relaxed);
      co_return unavailable("The service is busy; please try again.");
    }
    struct Release {
      std::atomic<std::size_t>& n;
      ~Release() { n.fetch_sub(1, std::memory_order_relaxed); }
    } release{pending_};
    using Signature = void(std::exception_ptr, std::shared_ptr<T>);
    auto value = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, Signature>(
        [this, &work](auto handler) {
          auto executor = boost::asio::get_associated_executor(handler);
          // Keeps the caller's io_context from running out of work while the pool is busy.
          auto guard = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
          boost::asio::post(pool_, [handler = std::move(handler), guard = std::move(guard), &work]() mutable {
            std::exception_ptr failure;
            std::shared_ptr<T> made;
            try {
              made = std::make_shared<T>(work());
            } catch (...) {
              failure = std::current_exception();
            }
            boost::asio::post(guard, [handler = std::move(handler), failure, made]() mutable {
              std::move(handler)(failure, std::move(made));
            });
          });
        },
        boost::asio::use_awaitable_t<Executor>{});
    co_return std::move(*value);
  }

  std::size_t pending() const noexcept { return pending_.load(std::memory_order_relaxed); }
  void stop() { pool_.join(); }

 private:
  boost::asio::thread_pool pool_;
  std::size_t queue_limit_;
  std::atomic<std::size_t> pending_{0};
};

}  // namespace qm
