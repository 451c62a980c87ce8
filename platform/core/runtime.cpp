#include "platform/core/runtime.hpp"

#include <pthread.h>

#include <stdexcept>

namespace qm {

namespace {

void run_spinning(boost::asio::io_context& context, std::chrono::microseconds spin) {
  using Clock = std::chrono::steady_clock;
  while (!context.stopped()) {
    for (auto idle_since = Clock::now(); Clock::now() - idle_since < spin;) {
      if (context.poll() > 0) idle_since = Clock::now();
      if (context.stopped()) return;
    }
    context.run_one();
  }
}

}  // namespace

WorkerThreads::WorkerThreads(std::size_t count, std::chrono::microseconds spin) : spin_(spin) {
  if (count < 1 || count > 256) throw std::invalid_argument("the number of worker threads is 1 to 256");
  if (spin.count() < 0 || spin > kMaxSpin) throw std::invalid_argument("worker threads spin for 0 to 10,000 µs");
  for (std::size_t i = 0; i < count; ++i) {
    // Concurrency hint 1 spares the scheduler's locks: only this worker runs the context (others may still post).
    contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
  }
}

WorkerThreads::~WorkerThreads() {
  stop();
  join();
}

void WorkerThreads::start() {
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    threads_.emplace_back([context = contexts_[i].get(), spin = spin_, i] {
      pthread_setname_np(pthread_self(), ("worker-" + std::to_string(i)).c_str());
      auto stay = boost::asio::make_work_guard(*context);
      if (spin.count() == 0)
        context->run();
      else
        run_spinning(*context, spin);
    });
  }
}

void WorkerThreads::stop() {
  for (auto& context : contexts_) context->stop();
}

void WorkerThreads::join() {
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  threads_.clear();
}

}  // namespace qm
