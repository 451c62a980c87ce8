#include "QuickMart-backend/domain/login_throttle.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

using std::chrono::seconds;

seconds left(Timestamp until, Timestamp now) {
  return now < until ? std::chrono::ceil<seconds>(until - now) : seconds{0};
}

}  // namespace

seconds account_lock(const LoginFailures& of_account, Timestamp now) noexcept {
  if (of_account.count < kAccountFailures) return seconds{0};
  const auto doublings = std::min<std::int64_t>(of_account.count - kAccountFailures, 16);
  return left(of_account.last_at + std::min(kFirstLock * (std::int64_t{1} << doublings), kLongestLock), now);
}

seconds remote_lock(const LoginFailures& of_remote, Timestamp now) noexcept {
  if (of_remote.count < kRemoteFailures) return seconds{0};
  return left(of_remote.first_at + kRemoteWindow, now);
}

}  // namespace qm::shop
