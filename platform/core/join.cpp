#include "platform/core/join.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qm {

namespace {

using Waiter =
    boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void(std::exception_ptr)>::handler_type;

// Owned by the tasks that have not ended: if they are destroyed, so is the caller who waits.
struct Join {
  std::size_t left;
  Waiter waiter;
  std::exception_ptr failed;
};

struct TaskEnd {
  std::shared_ptr<Join> join;
  void operator()(std::exception_ptr failed) const {
    if (failed && !join->failed) join->failed = failed;
    if (--join->left == 0) join->waiter(join->failed);
  }
};

struct StartAll {
  Executor executor;
  std::vector<Task<void>>* tasks;
  void operator()(Waiter waiter) const {
    auto join = std::make_shared<Join>(Join{tasks->size(), std::move(waiter), nullptr});
    for (auto& task : *tasks) boost::asio::co_spawn(executor, std::move(task), TaskEnd{join});
  }
};

}  // namespace

Task<void> join_all(std::vector<Task<void>> tasks) {
  if (tasks.empty()) co_return;
  const Executor executor = co_await boost::asio::this_coro::executor;
  const StartAll start{executor, &tasks};
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(std::exception_ptr)>(
      start, boost::asio::use_awaitable_t<Executor>{});
}

}  // namespace qm
