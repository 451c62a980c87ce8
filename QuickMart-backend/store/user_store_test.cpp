#include "QuickMart-backend/store/user_store.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <set>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/core/runtime.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/security/password.hpp"

namespace qm::shop {
namespace {

using std::chrono::seconds;
using test::kNow;

User user_of(std::string id, std::string email, Timestamp at = kNow) {
  User user;
  user.id = UserId{std::move(id)};
  user.email = std::move(email);
  user.role = Role::staff;
  user.profile = {"Ada \"L\"", 36, "London", LoyaltyTier::gold};
  user.preferences = {{"electronics"}, {"Acme", "Ö"}, Money{5'00}, Money{99'99}};
  user.created_at = at;
  return user;
}

class UserStoreTest : public testing::Test {
 protected:
  bool create(std::string id, std::string email, Timestamp at = kNow) {
    const auto created = await(users_.create(user_of(std::move(id), std::move(email), at), "hash"));
    if (!created) {
      EXPECT_EQ(created.error().kind, ErrorKind::AlreadyExists) << created.error().detail;
    }
    return created.has_value();
  }
  std::string holder(std::string email) {
    const auto found = await(users_.find_by_email(std::move(email)));
    return found ? found->user.id.str() : "nobody";
  }
  // What a create() leaves that died after its first step.
  void claim_only(const std::string& id, const std::string& email, Timestamp at) {
    kv::Bins bins;
    bins["user_id"] = id;
    bins["claimed_at"] = std::int64_t{at.time_since_epoch().count()};
    ASSERT_TRUE(await(kv_->put(kv::Key{"user_email", security::sha256_hex(normalise_email(email))}, std::move(bins))));
  }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  UserStore users_{*kv_};
};

TEST_F(UserStoreTest, KeepsWhatItIsGiven) {
  User user = user_of("user_1", "Ada@Example.com");
  ASSERT_TRUE(await(users_.create(user, "$argon2id$x")));
  const auto stored = await(users_.get(user.id));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->user, user);
  EXPECT_EQ(stored->password_hash, "$argon2id$x");
  EXPECT_EQ(await(users_.find_by_email("  ada@example.COM "))->user, user);
  EXPECT_EQ(await(users_.get(UserId{"user_2"})).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(holder("eve@example.com"), "nobody");
}

TEST_F(UserStoreTest, AnAddressAndAnIdAreTakenOnce) {
  ASSERT_TRUE(create("user_1", "a@example.com"));
  EXPECT_FALSE(create("user_2", "A@EXAMPLE.com"));
  EXPECT_FALSE(create("user_2", "a@example.com", kNow + seconds{60}));
  EXPECT_FALSE(create("user_1", "b@example.com"));
  EXPECT_FALSE(create("user_1", "a@example.com"));
  EXPECT_EQ(holder("a@example.com"), "user_1");
  EXPECT_EQ(holder("b@example.com"), "nobody");
  EXPECT_TRUE(create("user_3", "b@example.com"));
}

TEST_F(UserStoreTest, ACrashHalfWayIsTakenOverAfterALease) {
  claim_only("user_1", "a@example.com", kNow);
  EXPECT_EQ(holder("a@example.com"), "nobody");
  EXPECT_FALSE(create("user_2", "a@example.com", kNow + seconds{9}));
  EXPECT_TRUE(create("user_3", "a@example.com", kNow + seconds{10}));
  EXPECT_EQ(holder("a@example.com"), "user_3");
  // The first, were it only slow, must not get through any more.
  const kv::Key taken{"user", "user_1"};
  EXPECT_EQ(await(kv_->put(taken, {{"email", "a@example.com"}}, {.mode = kv::WriteMode::CreateOnly}))
                .error()
                .kind,
            ErrorKind::AlreadyExists);
  EXPECT_EQ(await(users_.get(UserId{"user_1"})).error().kind, ErrorKind::NotFound);
}

TEST_F(UserStoreTest, TheSameAccountFinishesItsOwnAttemptAtOnce) {
  claim_only("user_1", "a@example.com", kNow);
  EXPECT_TRUE(create("user_1", "a@example.com"));
  EXPECT_EQ(holder("a@example.com"), "user_1");
}

TEST_F(UserStoreTest, AClaimOnSomebodyElsesIdIsWorthNothing) {
  ASSERT_TRUE(create("user_1", "a@example.com"));
  claim_only("user_1", "b@example.com", kNow);
  EXPECT_EQ(holder("b@example.com"), "nobody");
  EXPECT_TRUE(create("user_2", "b@example.com"));
  EXPECT_EQ(holder("a@example.com"), "user_1");
}

TEST_F(UserStoreTest, OfParallelCallsForOneAddressExactlyOneWins) {
  WorkerThreads workers{4};
  workers.start();
  for (int round = 0; round < 50; ++round) {
    const std::string email = "a" + std::to_string(round) + "@example.com";
    if (round % 2 == 1) claim_only("user_gone" + std::to_string(round), email, kNow - seconds{10});
    std::atomic<int> won{0};
    std::latch done{8};
    for (int i = 0; i < 8; ++i) {
      // In every fourth round all of them want the same id, too.
      const std::string id = "user_" + std::to_string(round) + "_" + std::to_string(round % 4 == 0 ? 0 : i);
      boost::asio::co_spawn(workers.context(static_cast<std::size_t>(i % 4)), users_.create(user_of(id, email), "hash"),
                            [&](std::exception_ptr, Result<void> created) {
                              if (created) ++won;
                              done.count_down();
                            });
    }
    done.wait();
    EXPECT_EQ(won, 1) << round;
    EXPECT_NE(holder(email), "nobody");
  }
  EXPECT_EQ(await(users_.list("", 1'000))->users.size(), 50U);
  workers.stop();
  workers.join();
}

TEST_F(UserStoreTest, AClosedAccountIsGoneAndItsAddressFree) {
  ASSERT_TRUE(create("user_1", "a@example.com"));
  ASSERT_TRUE(await(users_.close(UserId{"user_1"})));
  ASSERT_TRUE(await(users_.close(UserId{"user_1"})));
  EXPECT_EQ(await(users_.close(UserId{"user_2"})).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(await(users_.get(UserId{"user_1"})).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(await(users_.set_last_login(UserId{"user_1"}, kNow)).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(holder("a@example.com"), "nobody");
  EXPECT_EQ(await(kv_->get(kv::Key{"user", "user_1"}))->bins.size(), 1U);  // nothing of the person stays
  EXPECT_TRUE(create("user_2", "a@example.com", kNow + seconds{10}));
  EXPECT_EQ(holder("a@example.com"), "user_2");
  EXPECT_TRUE(create("user_1", "b@example.com"));  // opened anew
  EXPECT_EQ(holder("b@example.com"), "user_1");
}

TEST_F(UserStoreTest, AnUpdateNeedsTheGenerationThatWasRead) {
  ASSERT_TRUE(create("user_1", "a@example.com"));
  StoredUser stored = *await(users_.get(UserId{"user_1"}));
  ASSERT_TRUE(await(users_.set_last_login(UserId{"user_1"}, kNow + seconds{1})));
  stored.user.profile = {"B", std::nullopt, std::nullopt, LoyaltyTier::bronze};
  EXPECT_EQ(await(users_.update(stored.user, stored.generation)).error().kind, ErrorKind::GenerationMismatch);
  stored = *await(users_.get(UserId{"user_1"}));
  EXPECT_EQ(stored.user.last_login, kNow + seconds{1});
  stored.user.profile = {"B", std::nullopt, std::nullopt, LoyaltyTier::bronze};
  stored.user.email = "eve@example.com";
  ASSERT_TRUE(await(users_.update(stored.user, stored.generation)));
  const StoredUser after = *await(users_.get(UserId{"user_1"}));
  EXPECT_EQ(after.user.profile, stored.user.profile);
  EXPECT_EQ(after.user.email, "a@example.com");
  EXPECT_EQ(after.password_hash, "hash");
}

TEST_F(UserStoreTest, ListsThoseThatAreOpen) {
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(create("user_" + std::to_string(i), std::to_string(i) + "@example.com"));
  ASSERT_TRUE(await(users_.close(UserId{"user_3"})));
  std::set<std::string> seen;
  std::string cursor;
  do {
    const auto page = await(users_.list(cursor, 3));
    ASSERT_TRUE(page);
    for (const User& user : page->users) EXPECT_TRUE(seen.insert(user.id.str()).second);
    cursor = page->cursor;
  } while (!cursor.empty());
  EXPECT_EQ(seen, (std::set<std::string>{"user_0", "user_1", "user_2", "user_4", "user_5", "user_6"}));
}

}  // namespace
}  // namespace qm::shop
