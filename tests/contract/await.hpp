// Runs one task to its end on the calling thread.
#pragma once
#include <exception>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "platform/core/task.hpp"

namespace qm::contract {

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

}  // namespace qm::contract
