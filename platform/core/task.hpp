// Coroutines of this program. Each worker thread runs one io_context; a Task stays on the thread it was spawned on.
#pragma once
#include <chrono>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace qm {

using Executor = boost::asio::io_context::executor_type;  // not type-erased: measured, see docs/adr/0002

template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

// A point on the steady clock after which nobody waits for the answer any more.
using Deadline = std::chrono::steady_clock::time_point;

inline Deadline deadline_in(std::chrono::milliseconds timeout_ms) {
  return std::chrono::steady_clock::now() + timeout_ms;
}

}  // namespace qm
