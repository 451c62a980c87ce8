// Several tasks at once, on the thread of the one that waits for all of them.
#pragma once
#include <memory>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/core/result.hpp"
#include "platform/core/task.hpp"

namespace qm {

// → one result per task, in order. The first exception is rethrown, once all have ended.
template <class T>
Task<std::vector<Result<T>>> gather(std::vector<Task<Result<T>>> tasks) {
  using Steady = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, Executor>;
  struct State {
    State(const Executor& executor, std::size_t count) : done(executor, Steady::time_point::max()), left(count) {
      results.resize(count, Result<T>{Error{}});
    }
    Timer done;
    std::size_t left;
    std::vector<Result<T>> results;
    std::exception_ptr broken;
  };
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto state = std::make_shared<State>(executor, tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    boost::asio::co_spawn(executor, std::move(tasks[i]), [state, i](std::exception_ptr failed, Result<T> result) {
      if (!failed) state->results[i] = std::move(result);
      else if (!state->broken) state->broken = failed;
      if (--state->left == 0) state->done.cancel();
    });
  }
  boost::system::error_code cancelled;
  while (state->left > 0)
    co_await state->done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>{}, cancelled));
  if (state->broken) std::rethrow_exception(state->broken);
  co_return std::move(state->results);
}

}  // namespace qm
