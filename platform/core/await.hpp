// Runs one task to its end and waits for it: for tests and for programs that do one thing. An exception of the task is
// rethrown here. Never on a thread that serves a context: it would wait for itself.
#pragma once
#include <exception>
#include <future>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

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

}  // namespace qm
