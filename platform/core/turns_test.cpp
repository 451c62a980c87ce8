#include "platform/core/turns.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"

namespace qm {
namespace {

// Steps aside between reading and writing, so that without turns some counts would be lost.
Task<Result<int>> count_up(Turns& turns, int& count) {
  auto turn = co_await turns.take();
  const int before = count;
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable_t<Executor>{});
  count = before + 1;
  co_return count;
}

TEST(Turns, OneAfterTheOtherOnManyThreads) {
  constexpr int kTasks = 400;
  WorkerThreads workers{4};
  workers.start();
  Turns turns;
  int count = 0;
  std::vector<Task<Result<int>>> tasks;
  for (int i = 0; i < kTasks; ++i) tasks.push_back(count_up(turns, count));
  auto results = await_all(workers, 4, std::move(tasks));
  std::vector<int> seen;
  for (const auto& result : results) seen.push_back(*result);
  std::sort(seen.begin(), seen.end());
  for (int i = 0; i < kTasks; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)], i + 1);
  workers.stop();
  workers.join();
}

Task<Result<int>> hold(Turns& turns, int& holding) {
  auto turn = co_await turns.take();
  ++holding;
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    Executor>
      for_ever{executor, std::chrono::hours{1}};
  co_await for_ever.async_wait(boost::asio::use_awaitable_t<Executor>{});
  co_return holding;
}

TEST(Turns, ATaskWithItsTurnMayOutliveThem) {
  auto context = std::make_unique<boost::asio::io_context>(1);
  auto turns = std::make_unique<Turns>();
  int holding = 0;
  for (int i = 0; i < 3; ++i)
    boost::asio::co_spawn(context->get_executor(), hold(*turns, holding), [](std::exception_ptr, Result<int>) {});
  context->poll();
  EXPECT_EQ(holding, 1);
  turns.reset();    // drops the two that wait
  context.reset();  // ends the one that has its turn
  EXPECT_EQ(holding, 1);
}

}  // namespace
}  // namespace qm
