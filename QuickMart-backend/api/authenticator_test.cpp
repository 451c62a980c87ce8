#include "QuickMart-backend/api/authenticator.hpp"

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"

namespace qm::shop {
namespace {

using http::Access;

using test::kNow;
const std::string kServiceToken(40, 's');

class AuthenticatorTest : public testing::Test {
 protected:
  std::string token_of(std::string role, std::string subject = "user_1") {
    return signer_.sign({std::move(subject), "a@example.com", std::move(role), "tok_1", "ses_1", kNow,
                         kNow + std::chrono::minutes{15}});
  }
  Result<http::Principal> ask(http::Headers headers, Access access) {
    http::Request request;
    request.headers = std::move(headers);
    return authenticate_(request, access);
  }
  // The status-like outcome of one Authorization header.
  std::string outcome(std::string authorization, Access access) {
    const auto principal = ask({{"Authorization", std::move(authorization)}}, access);
    if (principal) return principal->role;
    return principal.error().kind == ErrorKind::Forbidden         ? "forbidden"
           : principal.error().kind == ErrorKind::Unauthenticated ? "refused"
                                                                  : "?";
  }

  ManualClock clock_{kNow};
  security::TokenSigner signer_{std::string(40, 'k'), "shop"};
  http::Authenticator authenticate_ = make_authenticator(signer_, kServiceToken, clock_);
};

TEST_F(AuthenticatorTest, GivesEachItsDoors) {
  struct Case {
    std::string token, user, staff, service;
  };
  const Case cases[] = {{token_of("customer"), "customer", "forbidden", "refused"},
                        {token_of("staff"), "staff", "staff", "refused"},
                        {token_of("admin"), "admin", "admin", "refused"},
                        {token_of("service"), "refused", "refused", "refused"},
                        {kServiceToken, "refused", "refused", "service"},
                        {kServiceToken + "s", "refused", "refused", "refused"}};
  for (const auto& each : cases) {
    EXPECT_EQ(outcome("Bearer " + each.token, Access::User), each.user) << each.token;
    EXPECT_EQ(outcome("Bearer " + each.token, Access::Staff), each.staff) << each.token;
    EXPECT_EQ(outcome("Bearer " + each.token, Access::Service), each.service) << each.token;
  }
}

TEST_F(AuthenticatorTest, SaysWhoItIs) {
  const auto principal = ask({{"authorization", "bearer " + token_of("customer")}}, Access::User);
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->subject, "user_1");
  EXPECT_EQ(principal->email, "a@example.com");
  EXPECT_EQ(principal->token_id, "tok_1");
  EXPECT_EQ(principal->session, "ses_1");
}

TEST_F(AuthenticatorTest, ReadsTheHeaderStrictly) {
  const std::string good = token_of("customer");
  EXPECT_EQ(outcome("Bearer " + good, Access::User), "customer");
  for (const std::string& header : {std::string{}, std::string{"Bearer"}, std::string{"Bearer "}, "Basic " + good, good,
                                    "Bearer  " + good, "Bearer " + good + " ", "Bearer " + good + ",x",
                                    "Bearer\t" + good, " Bearer " + good, "Bearer " + good + std::string(1, '\0')})
    EXPECT_EQ(outcome(header, Access::User), "refused") << header;
  EXPECT_FALSE(ask({}, Access::User));
  EXPECT_FALSE(ask({{"Authorization", "Bearer " + good}, {"authorization", "Bearer " + good}}, Access::User));
}

TEST_F(AuthenticatorTest, RefusesWhatItSignedForNobodyOrHasRunOut) {
  EXPECT_EQ(outcome("Bearer " + token_of("customer", "a/b"), Access::User), "refused");
  const std::string good = token_of("customer");
  clock_.advance(std::chrono::minutes{15});
  EXPECT_EQ(outcome("Bearer " + good, Access::User), "refused");
}

TEST_F(AuthenticatorTest, WithoutAServiceTokenNobodyIsTheService) {
  authenticate_ = make_authenticator(signer_, "", clock_);
  EXPECT_EQ(outcome("Bearer ", Access::Service), "refused");
  EXPECT_EQ(outcome("Bearer x", Access::Service), "refused");
}

}  // namespace
}  // namespace qm::shop
