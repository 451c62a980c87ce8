#include "QuickMart-backend/app/accounts.hpp"

#include <gtest/gtest.h>

#include "QuickMart-backend/app/accounts_fixture.hpp"

namespace qm::shop {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class AccountsTest : public AccountsFixture {
 protected:
  Result<SignedIn> login(std::string email, std::string password, std::string from = "192.0.2.1") {
    return run(app_.login.run({std::move(email), std::move(password), std::move(from)}));
  }
  // The error of a login with a wrong password.
  Error fail(std::string email = "a@example.com", std::string from = "192.0.2.1") {
    const auto refused = login(std::move(email), "wrong password", std::move(from));
    EXPECT_FALSE(refused);
    return refused ? Error{} : refused.error();
  }
  std::size_t jobs() { return run(kv_->scan("job", "", 100, {}))->entries.size(); }
};

// --- register --------------------------------------------------------------------------------------------------------

TEST_F(AccountsTest, ARegisteredPersonSignsIn) {
  Registration registration;
  registration.email = " Ada@Example.com ";
  registration.password = "long enough";
  registration.profile = {"Ada", 36, "London", LoyaltyTier::gold};
  registration.preferences.brands = {"Acme"};
  const auto user = run(app_.register_user.run(registration));
  ASSERT_TRUE(user) << user.error().detail;
  EXPECT_EQ(user->email, "Ada@Example.com");
  EXPECT_EQ(user->created_at, kNow);
  EXPECT_EQ(user->role, Role::customer);
  EXPECT_EQ(run(users_.get(user->id))->user, *user);
  EXPECT_EQ(run(users_.get(user->id))->password_hash.find("long enough"), std::string::npos);
  EXPECT_EQ(login("ada@example.COM", "long enough")->user.id, user->id);

  const auto again = run(app_.register_user.run(registration));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::AlreadyExists);
}

TEST_F(AccountsTest, OfParallelRegistrationsOfOneAddressExactlyOneWins) {
  std::vector<Task<Result<User>>> tasks;
  for (int i = 0; i < 6; ++i) {
    Registration registration;
    registration.email = i % 2 == 0 ? "a@example.com" : "A@EXAMPLE.COM";
    registration.password = "password " + std::to_string(i);
    registration.profile.name = std::to_string(i);
    tasks.push_back(app_.register_user.run(std::move(registration)));
  }
  std::string winner;
  int won = 0;
  for (const auto& each : run_all(std::move(tasks), 4)) {
    if (each) winner = each->profile.name;
    if (!each) {
      EXPECT_EQ(each.error().kind, ErrorKind::AlreadyExists);
    }
    won += each ? 1 : 0;
  }
  EXPECT_EQ(won, 1);
  EXPECT_TRUE(login("a@example.com", "password " + winner));
  EXPECT_EQ(run(users_.list("", 10))->users.size(), 1U);
}

// --- login -----------------------------------------------------------------------------------------------------------

TEST_F(AccountsTest, ALoginBeginsASessionAndOwesAPredictionAndItsEvents) {
  add_account("user_1", "a@example.com", "right password", Role::staff);
  const auto signed_in = login("a@example.com", "right password");
  ASSERT_TRUE(signed_in) << signed_in.error().detail;
  const auto claims = signer_.verify(signed_in->tokens.access_token, kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject, "user_1");
  EXPECT_EQ(claims->email, "a@example.com");
  EXPECT_EQ(claims->role, "staff");
  EXPECT_FALSE(claims->token_id.empty());
  EXPECT_EQ(claims->expires_at, kNow + signed_in->tokens.expires_in);
  EXPECT_EQ(parse_refresh_token(signed_in->tokens.refresh_token)->session.str(), claims->family);
  EXPECT_EQ(signed_in->user.last_login, kNow);
  EXPECT_EQ(run(users_.get(UserId{"user_1"}))->user.last_login, kNow);
  EXPECT_EQ(jobs(), 2U);
  const auto owed = owed_events(*kv_);
  EXPECT_EQ(owed_of(*kv_, "user_1"), "login session_started ");
  for (const auto& [id, event] : owed) EXPECT_EQ(event.data.session_id, claims->family) << id;
  ASSERT_TRUE(login("a@example.com", "right password"));
  EXPECT_EQ(jobs(), 4U);
}

TEST_F(AccountsTest, NeitherTheSecretNorThePasswordIsStored) {
  add_account("user_1", "a@example.com");
  const std::string token = login("a@example.com", "right password")->tokens.refresh_token;
  const auto session = run(kv_->scan("session", "", 10, {}))->entries.at(0).record;
  for (const auto& [bin, value] : session.bins)
    if (const auto* text = value.as<std::string>()) {
      EXPECT_EQ(text->find(token.substr(token.rfind('.') + 1)), std::string::npos) << bin;
    }
}

TEST(NobodysHash, CostsWhatARealOneCosts) {
  const auto cost_of = [](std::string_view hash) { return hash.substr(0, hash.find('$', hash.find("p="))); };
  EXPECT_EQ(cost_of(Login::nobodys_hash()), cost_of(security::hash_password("some password")));
  EXPECT_FALSE(security::verify_password("", std::string{Login::nobodys_hash()}));
}

TEST_F(AccountsTest, AWrongPasswordAndAnUnknownAddressAreAlike) {
  add_account("user_1", "a@example.com");
  for (const char* email : {"a@example.com", "nobody@example.com", "no address"}) {
    EXPECT_EQ(fail(email).kind, ErrorKind::Unauthenticated);
    EXPECT_EQ(fail(email).detail, "Invalid email or password");
  }
  EXPECT_EQ(jobs(), 0U);
}

TEST_F(AccountsTest, AFullPoolRefusesWhetherThereIsAnAccountOrNot) {
  add_account("user_1", "a@example.com");
  CpuPool full{1, 0};
  AccountApp busy{users_,   sessions_,    failures_, message_store_, orders_, predict_, tell_carts_,
                  events_,  cart_tokens_, merge_,    full,           signer_, clock_};
  for (const char* email : {"a@example.com", "nobody@example.com"}) {
    const auto refused = run(busy.login.run({email, "right password", "192.0.2.1"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable) << email;
    EXPECT_GT(refused.error().retry_after.count(), 0);
  }
  Registration registration;
  registration.email = "b@example.com";
  registration.password = "long enough";
  EXPECT_EQ(run(busy.register_user.run(registration)).error().kind, ErrorKind::Unavailable);
}

TEST_F(AccountsTest, AFailingQueueDoesNotFailTheLogin) {
  add_account("user_1", "a@example.com");
  kv_->refuse("job");
  EXPECT_TRUE(login("a@example.com", "right password"));
  EXPECT_EQ(jobs(), 0U);
}

TEST_F(AccountsTest, AClosedAccountDoesNotSignIn) {
  add_account("user_1", "a@example.com");
  ASSERT_TRUE(run(users_.close(UserId{"user_1"})));
  EXPECT_EQ(login("a@example.com", "right password").error().kind, ErrorKind::Unauthenticated);
}

// --- the throttle ----------------------------------------------------------------------------------------------------

class ThrottleTest : public AccountsTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override { add_account("user_1", "a@example.com"); }
};

TEST_P(ThrottleTest, LocksForLongerAndLonger) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(fail(GetParam()).kind, ErrorKind::Unauthenticated) << i;
  for (const int lock_s : {30, 60, 120, 240, 480, 900, 900}) {
    const Error locked = fail(GetParam());
    EXPECT_EQ(locked.kind, ErrorKind::RateLimited);
    EXPECT_EQ(locked.retry_after, seconds{lock_s});
    EXPECT_EQ(login(GetParam(), "right password").error().kind, ErrorKind::RateLimited);
    clock_.advance(seconds{lock_s});
    EXPECT_EQ(fail(GetParam()).kind, ErrorKind::Unauthenticated) << lock_s;
  }
}
INSTANTIATE_TEST_SUITE_P(KnownAndUnknown, ThrottleTest, testing::Values("a@example.com", "nobody@example.com"));

TEST_F(AccountsTest, AnySpellingOfAnAddressCounts) {
  for (const char* email : {"a@example.com", "A@example.com", " a@Example.com", "a@example.com ", "a@EXAMPLE.com"})
    fail(email);
  EXPECT_EQ(fail("a@example.com").kind, ErrorKind::RateLimited);
  EXPECT_EQ(fail("b@example.com").kind, ErrorKind::Unauthenticated);
}

TEST_F(AccountsTest, ASuccessForgetsTheAccountsFailures) {
  add_account("user_1", "a@example.com");
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(fail().kind, ErrorKind::Unauthenticated);
    EXPECT_TRUE(login("a@example.com", "right password"));
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(fail().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(fail().kind, ErrorKind::RateLimited);
  clock_.advance(seconds{30});
  EXPECT_TRUE(login("a@example.com", "right password"));
}

TEST_F(AccountsTest, ManyFailuresFromOnePlaceLockThatPlace) {
  add_account("user_1", "a@example.com");
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(run(failures_.add("b" + std::to_string(i) + "@example.com", "192.0.2.1", clock_.now())));
    if (i == 48) {
      EXPECT_TRUE(login("a@example.com", "right password"));
    }
    clock_.advance(seconds{1});
  }
  const auto locked = login("a@example.com", "right password");
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().kind, ErrorKind::RateLimited);
  EXPECT_EQ(locked.error().retry_after, seconds{15 * 60 - 50});
  EXPECT_TRUE(login("a@example.com", "right password", "192.0.2.2"));
  clock_.advance(minutes{15} - seconds{50});
  EXPECT_TRUE(login("a@example.com", "right password"));
  fail("c@example.com");  // counted anew
  EXPECT_TRUE(login("a@example.com", "right password"));
}

TEST_F(AccountsTest, GuessingAllAtOnceGainsNothing) {
  add_account("user_1", "a@example.com");
  std::vector<Task<Result<SignedIn>>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(app_.login.run({"a@example.com", "guess", "192.0.2.1"}));
  tasks.push_back(app_.login.run({"a@example.com", "right password", "192.0.2.1"}));
  // On one worker and one hashing thread they are checked in this order.
  const auto results = run_all(std::move(tasks), 1);
  for (std::size_t i = 0; i < results.size(); ++i)
    EXPECT_EQ(results[i].error().kind, i < 5 ? ErrorKind::Unauthenticated : ErrorKind::RateLimited) << i;
}

TEST_F(AccountsTest, SigningInManyTimesAtOnceIsNoFailure) {
  add_account("user_1", "a@example.com");
  std::vector<Task<Result<SignedIn>>> tasks;
  for (int i = 0; i < 60; ++i) tasks.push_back(app_.login.run({"a@example.com", "right password", "192.0.2.1"}));
  for (const auto& each : run_all(std::move(tasks), 4)) EXPECT_TRUE(each);
}

TEST_F(AccountsTest, ParallelFailuresAreAllCounted) {
  std::vector<Task<Result<void>>> tasks;
  for (int i = 0; i < 40; ++i) tasks.push_back(failures_.add("a@example.com", "192.0.2.1", kNow));
  run_all(std::move(tasks), 4);
  EXPECT_EQ(run(failures_.get("a@example.com", "192.0.2.1"))->of_account.count, 40);
  EXPECT_EQ(run(failures_.get("a@example.com", "192.0.2.1"))->of_remote.count, 40);
}

// --- sessions --------------------------------------------------------------------------------------------------------

TEST_F(AccountsTest, ARefreshGivesANewPairForTheSameSession) {
  add_account("user_1", "a@example.com");
  const SessionTokens first = login("a@example.com", "right password")->tokens;
  clock_.advance(minutes{20});
  EXPECT_FALSE(signer_.verify(first.access_token, clock_.now()));
  const auto second = run(app_.refresh.run(first.refresh_token));
  ASSERT_TRUE(second) << second.error().detail;
  const auto claims = signer_.verify(second->access_token, clock_.now());
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject, "user_1");
  EXPECT_NE(second->refresh_token, first.refresh_token);
  EXPECT_EQ(parse_refresh_token(second->refresh_token)->session, parse_refresh_token(first.refresh_token)->session);
  EXPECT_TRUE(run(app_.refresh.run(second->refresh_token)));
}

TEST_F(AccountsTest, ReuseEndsTheSessionAndNoOther) {
  add_account("user_1", "a@example.com");
  const std::string first = login("a@example.com", "right password")->tokens.refresh_token;
  const std::string other = login("a@example.com", "right password")->tokens.refresh_token;
  const std::string second = run(app_.refresh.run(first))->refresh_token;
  for (const std::string& token : {first, second, first}) {
    const auto refused = run(app_.refresh.run(token));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unauthenticated);
  }
  EXPECT_TRUE(run(app_.refresh.run(other)));
}

TEST_F(AccountsTest, OfParallelRefreshesOneSucceedsAndTheSessionEnds) {
  add_account("user_1", "a@example.com");
  for (int round = 0; round < 10; ++round) {
    const std::string token = login("a@example.com", "right password")->tokens.refresh_token;
    std::vector<Task<Result<SessionTokens>>> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(app_.refresh.run(token));
    int won = 0;
    std::string next;
    for (const auto& each : run_all(std::move(tasks), 4)) {
      won += each ? 1 : 0;
      if (each) next = each->refresh_token;
    }
    EXPECT_EQ(won, 1);
    EXPECT_FALSE(run(app_.refresh.run(next)));
  }
}

TEST_F(AccountsTest, AStrangersTokenIsRefused) {
  for (const char* token : {"", "nonsense", "ses_1.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_9"})
    EXPECT_EQ(run(app_.refresh.run(token)).error().kind, ErrorKind::Unauthenticated);
}

TEST_F(AccountsTest, AClosedAccountIsNotRefreshed) {
  add_account("user_1", "a@example.com");
  const std::string token = login("a@example.com", "right password")->tokens.refresh_token;
  ASSERT_TRUE(run(users_.close(UserId{"user_1"})));
  EXPECT_EQ(run(app_.refresh.run(token)).error().kind, ErrorKind::Unauthenticated);
}

TEST_F(AccountsTest, LogoutEndsTheSession) {
  add_account("user_1", "a@example.com");
  const std::string token = login("a@example.com", "right password")->tokens.refresh_token;
  const SessionId session = parse_refresh_token(token)->session;
  const UserId user{"user_1"};
  ASSERT_TRUE(run(app_.logout.run(user, session)));
  ASSERT_TRUE(run(app_.logout.run(user, session)));
  ASSERT_TRUE(run(app_.logout.run(user, SessionId{})));
  EXPECT_FALSE(run(app_.refresh.run(token)));
  EXPECT_EQ(owed_of(*kv_, "user_1"), "login logout session_ended session_started ");
}

TEST_F(AccountsTest, AFilledCartAtLogoutIsAbandonedAtOnceAndOnce) {
  const UserId user{"user_1"};
  CartStore::Change one = [](CartLine line) -> Result<CartLine> {
    line.quantity = 1;
    return line;
  };
  ASSERT_TRUE(run(carts_.change(user, SkuId{"pen"}, one, kNow)));
  ASSERT_TRUE(run(app_.logout.run(user, SessionId{})));
  ASSERT_TRUE(run(app_.logout.run(user, SessionId{})));
  EXPECT_EQ(owed_of(*kv_, "user_1"), "cart_abandoned ");
  clock_.advance(std::chrono::hours{1});
  ASSERT_TRUE(run(tell_carts_.run()));
  EXPECT_EQ(owed_of(*kv_, "user_1"), "cart_abandoned cart_changed ");
  ASSERT_TRUE(run(carts_.clear(user, clock_.now())));
  ASSERT_TRUE(run(app_.logout.run(user, SessionId{})));
  EXPECT_EQ(owed_of(*kv_, "user_1"), "cart_abandoned cart_changed ") << "an empty cart is not abandoned";
}

TEST_F(AccountsTest, ALoginTakesInTheGuestsCartOnceAndNeverFailsForIt) {
  add_account("user_1", "a@example.com");
  const UserId user{"user_1"}, guest = make_guest(kNow);
  CartStore::Change two = [](CartLine line) -> Result<CartLine> {
    line.quantity = 2;
    return line;
  };
  ASSERT_TRUE(run(carts_.change(guest, SkuId{"pen"}, two, kNow)));
  LoginAttempt attempt{"a@example.com", "right password", "192.0.2.1", cart_tokens_.issue(guest, kNow).text};
  for (int i = 0; i < 2; ++i) {
    const auto signed_in = run(app_.login.run(attempt));
    ASSERT_TRUE(signed_in);
    EXPECT_TRUE(signed_in->cart_merged);
    EXPECT_EQ(run(carts_.get(user))->find(SkuId{"pen"})->quantity, 2);
  }
  for (const char* token : {"forged", ""}) {
    attempt.cart_token = token;
    const auto signed_in = run(app_.login.run(attempt));
    ASSERT_TRUE(signed_in);
    EXPECT_FALSE(signed_in->cart_merged);
  }
  kv_->refuse("cart");
  attempt.cart_token = cart_tokens_.issue(make_guest(kNow), kNow).text;
  const auto signed_in = run(app_.login.run(attempt));
  ASSERT_TRUE(signed_in);
  EXPECT_FALSE(signed_in->cart_merged);
}

TEST_F(AccountsTest, AFailingQueueDoesNotFailTheLogout) {
  kv_->refuse("job");
  EXPECT_TRUE(run(app_.logout.run(UserId{"user_1"}, SessionId{"ses_1"})));
}

// --- account ---------------------------------------------------------------------------------------------------------

TEST_F(AccountsTest, OfParallelEditsNoneIsLost) {
  for (int round = 0; round < 20; ++round) {
    const UserId id{"user_" + std::to_string(round)};
    User user;
    user.id = id;
    user.email = id.str() + "@example.com";
    user.profile.name = "Before";
    ASSERT_TRUE(run(users_.create(user, "hash")));
    std::vector<Task<Result<User>>> tasks;
    tasks.push_back(app_.account.change_profile(id, {"After", {}, {}}));
    tasks.push_back(app_.account.change_profile(id, {{}, 41, {}}));
    tasks.push_back(app_.account.change_profile(id, {{}, {}, "Oslo"}));
    PreferencesChange brands;
    brands.brands = {"Acme"};
    tasks.push_back(app_.account.change_preferences(id, brands));
    PreferencesChange prices;
    prices.price_max = Money{9'99};
    tasks.push_back(app_.account.change_preferences(id, prices));
    for (const auto& each : run_all(std::move(tasks), 4)) EXPECT_TRUE(each);
    const User after = *run(app_.account.get(id));
    EXPECT_EQ(after.profile, (Profile{"After", 41, "Oslo", LoyaltyTier::bronze}));
    EXPECT_EQ(after.preferences.brands, (std::vector<std::string>{"Acme"}));
    EXPECT_EQ(after.preferences.price_max.minor(), 9'99);
  }
}

TEST_F(AccountsTest, TheTokenOfAClosedAccountIsWorthNothing) {
  add_account("user_1", "a@example.com");
  const UserId id{"user_1"};
  ASSERT_TRUE(run(users_.close(id)));
  EXPECT_EQ(run(app_.account.get(id)).error().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(run(app_.account.change_profile(id, {"X", {}, {}})).error().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(run(app_.account.change_preferences(id, {})).error().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(run(app_.messages.list(id, 10)).error().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(run(app_.messages.mark_read(id, MessageId{"msg_1"})).error().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(run(app_.purchases.of(id)).error().kind, ErrorKind::Unauthenticated);
}

TEST_F(AccountsTest, MessagesAreCountedBeyondWhatIsShown) {
  add_account("user_1", "a@example.com");
  const UserId id{"user_1"};
  for (int i = 0; i < 5; ++i) {
    Message message;
    message.id = MessageId{"msg_" + std::to_string(i)};
    message.user_id = id;
    message.created_at = kNow + seconds{i};
    ASSERT_TRUE(run(message_store_.add(message)));
  }
  ASSERT_TRUE(run(app_.messages.mark_read(id, MessageId{"msg_0"})));
  const auto list = run(app_.messages.list(id, 2));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->shown.size(), 2U);
  EXPECT_EQ(list->shown[0].id.str(), "msg_4");
  EXPECT_EQ(list->total, 5U);
  EXPECT_EQ(list->unread, 4U);
}

}  // namespace
}  // namespace qm::shop
