// How coroutines of this library wait: tokens and timers bound to the plain executor (core/task.hpp).
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/core/task.hpp"

namespace qm::http {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> kAwait{};

}  // namespace qm::http
