// The two tokens that a session is used with: a short-lived one that says who is calling, and one to get the next two.
#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/security/jwt.hpp"
#include "QuickMart-backend/domain/session.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct SessionTokens {
  std::string access_token;
  std::chrono::seconds expires_in{0};
  std::string refresh_token;
};

// A refresh token that nobody has guessed.
RefreshToken make_refresh_token(SessionId session);
// What a store may keep of it.
std::string hash_of(const RefreshToken& token);
// The pair for `user` as of `now`.
SessionTokens make_tokens(const security::TokenSigner& signer, const User& user, const RefreshToken& refresh,
                          Timestamp now);

}  // namespace qm::shop
