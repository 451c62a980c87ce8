#include "platform/core/runtime.hpp"

#include <pthread.h>

#include <stdexcept>

namespace qm {

WorkerThreads::WorkerThreads(std::size_t count) {
  if (count < 1 || count > 256) throw std::invalid_argument("the number of worker threads is 1 to 256");
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
    threads_.emplace_back([context = contexts_[i].get(), i] {
      pthread_setname_np(pthread_self(), ("worker-" + std::to_string(i)).c_str());
      auto stay = boost::asio::make_work_guard(*context);
      context->run();
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
