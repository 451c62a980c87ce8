// Several coroutines at once.
#pragma once
#include <exception>
#include <memory>
#include <vector>

#include "platform/core/task.hpp"

namespace qm {

// Runs the tasks on the caller's thread and resumes when all have ended; rethrows the first exception among them.
// What they refer to must live in the caller's frame or longer.
Task<void> join_all(std::vector<Task<void>> tasks);

}  // namespace qm
