// Somebody who fills a cart without having signed in: an id of their own, which no customer has, and a signed text that
// says so. Pure.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

inline constexpr std::string_view kGuestPrefix = "guest";
inline constexpr std::chrono::hours kGuestTokenLife{30 * 24};
// A guest's cart outlives every token for it.
inline constexpr std::chrono::hours kGuestCartLife{31 * 24};
inline constexpr std::size_t kMaxCartTokenBytes = 256;

inline UserId make_guest(Timestamp now) { return UserId{make_id(kGuestPrefix, now)}; }
// Customers' ids begin otherwise: nobody chooses theirs.
inline bool is_guest(const UserId& id) noexcept {
  return id.str().starts_with(kGuestPrefix) && id.str().size() > kGuestPrefix.size() &&
         id.str()[kGuestPrefix.size()] == '_';
}

}  // namespace qm::shop
