// The moment at which tests play, so that none depends on today.
#pragma once
#include "platform/core/clock.hpp"

namespace qm::test {

inline constexpr Timestamp kNow{std::chrono::days{20'000}};  // 2024-10-04

}  // namespace qm::test
