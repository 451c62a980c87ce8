// How long after failed logins the next attempt has to wait. Pure.
//
// An account is locked after 5 failures: for 30 s, and twice as long after each further one, up to 15 min. A remote
// address is locked after 50 failures within 15 min, until these have passed: many people may share one.
#pragma once
#include <chrono>
#include <cstdint>

#include "platform/core/clock.hpp"

namespace qm::shop {

inline constexpr std::int64_t kAccountFailures = 5;
inline constexpr std::chrono::seconds kFirstLock{30};
inline constexpr std::chrono::seconds kLongestLock{15 * 60};
inline constexpr std::int64_t kRemoteFailures = 50;
inline constexpr std::chrono::seconds kRemoteWindow{15 * 60};

struct LoginFailures {
  std::int64_t count = 0;
  Timestamp first_at{};
  Timestamp last_at{};
};

// Both: zero when an attempt is allowed at `now`, else how long to wait, 1 s or more.
std::chrono::seconds account_lock(const LoginFailures& of_account, Timestamp now) noexcept;
std::chrono::seconds remote_lock(const LoginFailures& of_remote, Timestamp now) noexcept;

}  // namespace qm::shop
