#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/security/jwt.hpp"
#include "QuickMart-backend/app/session_tokens.hpp"
#include "QuickMart-backend/store/session_store.hpp"
#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

// Spends a refresh token for a new pair. Thread-safe.
//
// A token that was spent already is taken for stolen, and its session is revoked. Who lost the answer to a refresh, or
// sends one token twice at once, therefore has to sign in again: from here the two cannot be told from a thief.
class RefreshSession {
 public:
  RefreshSession(UserStore& users, SessionStore& sessions, const security::TokenSigner& signer, const Clock& clock)
      : users_(users), sessions_(sessions), signer_(signer), clock_(clock) {}

  // Unauthenticated for every token that is not a session's present one, or whose account was closed.
  Task<Result<SessionTokens>> run(std::string refresh_token);

 private:
  UserStore& users_;
  SessionStore& sessions_;
  const security::TokenSigner& signer_;
  const Clock& clock_;
};

}  // namespace qm::shop
