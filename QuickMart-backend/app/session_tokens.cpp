#include "QuickMart-backend/app/session_tokens.hpp"

#include "platform/core/id.hpp"
#include "platform/security/password.hpp"

namespace qm::shop {

RefreshToken make_refresh_token(SessionId session) {
  return RefreshToken{std::move(session), security::random_token(kRefreshSecretBytes)};
}

std::string hash_of(const RefreshToken& token) { return security::sha256_hex(token.secret); }

SessionTokens make_tokens(const security::TokenSigner& signer, const User& user, const RefreshToken& refresh,
                          Timestamp now) {
  security::Claims claims;
  claims.subject = user.id.str();
  claims.email = user.email;
  claims.role = to_string(user.role);
  claims.token_id = make_id("tok", now);
  claims.family = refresh.session.str();
  claims.issued_at = now;
  claims.expires_at = now + kAccessTokenLife;
  return SessionTokens{signer.sign(claims), kAccessTokenLife, to_string(refresh)};
}

}  // namespace qm::shop
