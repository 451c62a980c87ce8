#include "QuickMart-backend/domain/login_throttle.hpp"

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"

namespace qm::shop {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kNow;

TEST(LoginThrottle, AnAccountsLockDoublesUpToALimit) {
  struct Case {
    std::int64_t failures;
    seconds lock;
  };
  const Case cases[] = {{0, seconds{0}},    {4, seconds{0}},          {5, seconds{30}},  {6, seconds{60}},
                        {7, seconds{120}},  {8, seconds{240}},        {9, seconds{480}}, {10, seconds{900}},
                        {11, seconds{900}}, {1'000'000, seconds{900}}};
  for (const auto& each : cases) {
    const LoginFailures failures{each.failures, kNow - seconds{5'000}, kNow};
    EXPECT_EQ(account_lock(failures, kNow), each.lock) << each.failures;
    EXPECT_EQ(account_lock(failures, kNow + each.lock), seconds{0}) << each.failures;
  }
}

TEST(LoginThrottle, AStartedSecondCountsWhole) {
  const LoginFailures failures{5, kNow, kNow};
  EXPECT_EQ(account_lock(failures, kNow + milliseconds{1}), seconds{30});
  EXPECT_EQ(account_lock(failures, kNow + milliseconds{29'999}), seconds{1});
}

TEST(LoginThrottle, ARemoteAddressWaitsForItsWindowToPass) {
  EXPECT_EQ(remote_lock({49, kNow, kNow}, kNow), seconds{0});
  EXPECT_EQ(remote_lock({50, kNow - seconds{100}, kNow}, kNow), seconds{800});
  EXPECT_EQ(remote_lock({50, kNow - seconds{900}, kNow}, kNow), seconds{0});
}

}  // namespace
}  // namespace qm::shop
