// How coroutines of this library wait: tokens, timers and sockets bound to the plain executor (core/task.hpp).
#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/core/task.hpp"

namespace qm::aerospike {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> kAwait{};

// The far end of a suspended coroutine that waits for a T. Calling it resumes the coroutine at once, on the calling
// thread, which must be the coroutine's own; destroying it uncalled destroys the coroutine. Never called while the
// operation that made it is still being started.
template <class T>
using Waiter = typename boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void(T)>::handler_type;

}  // namespace qm::aerospike
