// Runs tasks to their end and waits for them: for tests and for programs that do one thing. An exception of one task is
// rethrown here. Never on a thread that serves a context: it would wait for itself.
#pragma once
#include <exception>
#include <future>
#include <latch>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "platform/core/runtime.hpp"
#include "platform/core/task.hpp"

namespace qm {

// On the calling thread, with a context of its own.
template <class T>
T await(Task<T> task) {
  boost::asio::io_context context{1};
  std::optional<T> result;
  std::exception_ptr broken;
  boost::asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr failed, T value) {
    broken = failed;
    if (!failed) result.emplace(std::move(value));
  });
  context.run();
  if (broken) std::rethrow_exception(broken);
  return std::move(*result);
}

// On a context that other threads run.
template <class T>
T await_on(boost::asio::io_context& context, Task<T> task) {
  std::promise<T> promise;
  boost::asio::co_spawn(context.get_executor(), std::move(task), [&promise](std::exception_ptr failed, T value) {
    if (failed) promise.set_exception(failed);
    else promise.set_value(std::move(value));
  });
  return promise.get_future().get();
}

// All at once, spread over the first `count` of the workers. → one result per task, in order; one that threw is an
// Internal error.
template <class T>
std::vector<Result<T>> await_all(WorkerThreads& workers, std::size_t count, std::vector<Task<Result<T>>> tasks) {
  std::vector<Result<T>> results(tasks.size(), Result<T>{Error{}});
  std::latch done{static_cast<std::ptrdiff_t>(tasks.size())};
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    boost::asio::co_spawn(workers.context(i % count), std::move(tasks[i]),
                          [&results, &done, i](std::exception_ptr failed, Result<T> result) {
                            if (!failed) results[i] = std::move(result);
                            done.count_down();
                          });
  }
  done.wait();
  return results;
}

}  // namespace qm
