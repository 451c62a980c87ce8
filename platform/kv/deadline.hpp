// What every engine answers to a call whose time has passed.
#pragma once
#include "platform/core/error.hpp"
#include "platform/core/task.hpp"

namespace qm::kv {

inline bool is_past(Deadline deadline) { return std::chrono::steady_clock::now() > deadline; }
inline Error past_deadline() { return {ErrorKind::Timeout, "The deadline had passed.", std::chrono::seconds{1}}; }

}  // namespace qm::kv
