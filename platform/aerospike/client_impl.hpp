// What a Client consists of. For the client's own files.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "platform/aerospike/call.hpp"
#include "platform/aerospike/client.hpp"

namespace qm::aerospike {

struct Client::Impl {
  explicit Impl(ClientOptions options);

  // The worker whose thread runs the executor's context; null for a thread that is none of ours.
  Worker* worker_of(const Executor& executor) const {
    for (const auto& worker : workers) {
      if (&worker->context() == &executor.context()) return worker.get();
    }
    return nullptr;
  }

  // Runs a task on some worker's thread and comes back with what it gave.
  template <class T>
  Task<Result<T>> carry(Task<Result<T>> task) {
    if (workers.empty()) co_return unavailable("The database client has not been started.");
    const Executor executor = workers[next_worker.fetch_add(1, std::memory_order_relaxed) % workers.size()]->executor();
    co_return co_await boost::asio::co_spawn(executor, std::move(task), kAwait);
  }

  std::shared_ptr<Cluster> cluster = std::make_shared<Cluster>();
  std::shared_ptr<const LoopSettings> settings;
  std::vector<std::shared_ptr<Worker>> workers;
  std::atomic<std::size_t> next_worker{0};
};

}  // namespace qm::aerospike
