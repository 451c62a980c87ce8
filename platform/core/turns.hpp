// One after the other, for tasks: a lock that is held across co_await and blocks no thread. Thread-safe. Turns come in
// the order in which they were asked for.
//
//   auto turn = co_await turns.take();   // until `turn` goes out of scope
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/core/task.hpp"

namespace qm {

class Turns {
 private:
  struct State;

 public:
  Turns() = default;
  Turns(const Turns&) = delete;
  // Tasks that still wait are dropped; one that has its turn may end later.
  ~Turns() { state_->close(); }

  class Turn {
   public:
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (state_) state_->pass_on();
    }

   private:
    std::shared_ptr<State> state_;
  };

  Task<Turn> take() {
    const std::shared_ptr<State> state = state_;
    State* const asked = state.get();  // not captured as it is: see CONTRIBUTING.md on captures
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
        [asked](auto handler) {
          auto executor = boost::asio::get_associated_executor(handler);
          // Keeps the waiting task's io_context from running out of work.
          auto guard = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
          using Handler = decltype(handler);
          auto kept = std::make_shared<Handler>(std::move(handler));
          asked->ask([kept, guard] { boost::asio::post(guard, [kept] { std::move (*kept)(); }); });
        },
        boost::asio::use_awaitable_t<Executor>{});
    co_return Turn{state};
  }

 private:
  // Outlives the turns given out.
  struct State {
    void ask(std::function<void()> begin) {
      {
        std::lock_guard lock{mutex};
        if (is_taken) {
          waiting.push_back(std::move(begin));
          return;
        }
        is_taken = true;
      }
      begin();
    }

    void pass_on() {
      std::function<void()> next;
      {
        std::lock_guard lock{mutex};
        if (waiting.empty()) {
          is_taken = false;
          return;
        }
        next = std::move(waiting.front());
        waiting.pop_front();
      }
      next();
    }

    void close() {
      std::deque<std::function<void()>> dropped;
      std::lock_guard lock{mutex};
      dropped.swap(waiting);
    }

    std::mutex mutex;
    bool is_taken = false;
    std::deque<std::function<void()>> waiting;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace qm
