#include "QuickMart-backend/store/session_store.hpp"

#include <gtest/gtest.h>

#include <latch>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/core/runtime.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

using test::kNow;
const SessionId kId{"ses_1"};

class SessionStoreTest : public testing::Test {
 protected:
  ErrorKind refused(const char* from) { return await(sessions_.rotate(kId, from, "next", clock_.now())).error().kind; }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  SessionStore sessions_{*kv_};
};

TEST_F(SessionStoreTest, OnlyThePresentTokenRotates) {
  ASSERT_TRUE(await(sessions_.open(kId, UserId{"user_1"}, "a", kNow)));
  EXPECT_EQ(await(sessions_.open(kId, UserId{"user_2"}, "b", kNow)).error().kind, ErrorKind::AlreadyExists);
  EXPECT_EQ(*await(sessions_.rotate(kId, "a", "b", kNow)), UserId{"user_1"});
  EXPECT_EQ(refused("a"), ErrorKind::ConditionFailed);
  EXPECT_EQ(*await(sessions_.rotate(kId, "b", "c", kNow)), UserId{"user_1"});
  EXPECT_EQ(await(sessions_.rotate(SessionId{"ses_2"}, "a", "b", kNow)).error().kind, ErrorKind::ConditionFailed);
}

TEST_F(SessionStoreTest, ARevokedOneStaysRevoked) {
  ASSERT_TRUE(await(sessions_.open(kId, UserId{"user_1"}, "a", kNow)));
  ASSERT_TRUE(await(sessions_.revoke(kId, kNow)));
  ASSERT_TRUE(await(sessions_.revoke(kId, kNow)));
  ASSERT_TRUE(await(sessions_.revoke(SessionId{"ses_2"}, kNow)));
  EXPECT_EQ(refused("a"), ErrorKind::ConditionFailed);
  EXPECT_TRUE(*await(kv_->exists(kv::Key{"session", "ses_1"})));
}

TEST_F(SessionStoreTest, EndsThirtyDaysAfterItsLastRotation) {
  ASSERT_TRUE(await(sessions_.open(kId, UserId{"user_1"}, "a", kNow)));
  clock_.advance(kSessionLife - std::chrono::seconds{1});
  ASSERT_TRUE(await(sessions_.rotate(kId, "a", "b", clock_.now())));
  clock_.advance(kSessionLife - std::chrono::seconds{1});
  ASSERT_TRUE(await(sessions_.rotate(kId, "b", "c", clock_.now())));
  clock_.advance(kSessionLife);
  EXPECT_EQ(refused("c"), ErrorKind::ConditionFailed);
}

TEST_F(SessionStoreTest, OfParallelRotationsExactlyOneWins) {
  WorkerThreads workers{4};
  workers.start();
  for (int round = 0; round < 50; ++round) {
    const SessionId id{"ses_p" + std::to_string(round)};
    ASSERT_TRUE(await(sessions_.open(id, UserId{"user_1"}, "a", kNow)));
    std::atomic<int> won{0};
    std::latch done{8};
    for (int i = 0; i < 8; ++i) {
      boost::asio::co_spawn(workers.context(static_cast<std::size_t>(i % 4)),
                            sessions_.rotate(id, "a", "b" + std::to_string(i), kNow),
                            [&](std::exception_ptr, Result<UserId> rotated) {
                              if (rotated) ++won;
                              done.count_down();
                            });
    }
    done.wait();
    EXPECT_EQ(won, 1);
  }
  workers.stop();
  workers.join();
}

}  // namespace
}  // namespace qm::shop
