#include "QuickMart-backend/domain/session.hpp"

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

const std::string kRandom = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_9";

TEST(RefreshTokenText, ReadsBackWhatItSays) {
  const RefreshToken token{SessionId{"ses_01"}, kRandom};
  ASSERT_EQ(kRandom.size(), 43U);
  const auto read = parse_refresh_token(to_string(token));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->session, token.session);
  EXPECT_EQ(read->secret, token.secret);
}

TEST(RefreshTokenText, RefusesEverythingElse) {
  for (const std::string& text :
       {std::string{}, std::string{"nonsense"}, std::string{"."}, "." + kRandom, kRandom, "ses_01." + kRandom + "x",
        "ses_01." + kRandom.substr(1), "ses/01." + kRandom, "ses_01." + kRandom.substr(1) + "=",
        std::string(300, 'a') + "." + kRandom, "ses_01." + kRandom.substr(1) + std::string(1, '\0')})
    EXPECT_FALSE(parse_refresh_token(text)) << text;
}

}  // namespace
}  // namespace qm::shop
