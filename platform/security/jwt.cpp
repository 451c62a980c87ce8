#include "platform/security/jwt.hpp"

#include <jwt.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>

#include "platform/security/password.hpp"

namespace qm::security {

namespace {

struct Free {
  void operator()(jwt_t* token) const noexcept { jwt_free(token); }
};
using Token = std::unique_ptr<jwt_t, Free>;

constexpr std::chrono::seconds kClockSkew{60};

std::string text_of(jwt_t* token, const char* name) {
  const char* value = jwt_get_grant(token, name);
  return value == nullptr ? std::string{} : std::string{value};
}

Timestamp time_of(jwt_t* token, const char* name) {
  return Timestamp{std::chrono::seconds{jwt_get_grant_int(token, name)}};
}

long seconds_of(Timestamp at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

TokenSigner::TokenSigner(std::string secret, std::string issuer)
    : secret_(std::move(secret)), issuer_(std::move(issuer)) {
  if (secret_.size() < kMinSecretBytes)
    throw std::invalid_argument("the secret that signs tokens needs at least 32 bytes");
}

std::string TokenSigner::sign(const Claims& claims) const {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) throw std::bad_alloc{};
  const Token token{raw};
  int failed = jwt_add_grant(raw, "iss", issuer_.c_str());
  failed |= jwt_add_grant(raw, "sub", claims.subject.c_str());
  failed |= jwt_add_grant(raw, "email", claims.email.c_str());
  failed |= jwt_add_grant(raw, "role", claims.role.c_str());
  failed |= jwt_add_grant(raw, "jti", claims.token_id.c_str());
  failed |= jwt_add_grant(raw, "family", claims.family.c_str());
  failed |= jwt_add_grant_int(raw, "iat", seconds_of(claims.issued_at));
  failed |= jwt_add_grant_int(raw, "exp", seconds_of(claims.expires_at));
  failed |= jwt_set_alg(raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(secret_.data()),
                        static_cast<int>(secret_.size()));
  if (failed != 0) throw std::runtime_error("a token cannot be made of these claims");
  std::unique_ptr<char, void (*)(void*)> text{jwt_encode_str(raw), std::free};
  if (!text) throw std::runtime_error("a token cannot be signed");
  return text.get();
}

Result<Claims> TokenSigner::verify(std::string_view token, Timestamp now) const {
  const Error refused{ErrorKind::Unauthenticated, "The access token is not valid."};
  if (token.empty() || token.size() > kMaxTokenBytes || token.find('\0') != std::string_view::npos) return refused;
  jwt_t* raw = nullptr;
  const int failed =
      jwt_decode(&raw, std::string{token}.c_str(), reinterpret_cast<const unsigned char*>(secret_.data()),
                 static_cast<int>(secret_.size()));
  const Token parsed{raw};
  // A token of another algorithm may verify under the same secret: only ours is taken.
  if (failed != 0 || !parsed || jwt_get_alg(raw) != JWT_ALG_HS256) return refused;
  // Signing is deterministic, so a token of ours is byte for byte what it is when written again. This refuses members
  // given twice (of which others may read the first) and all other spellings of the same claims.
  const std::unique_ptr<char, void (*)(void*)> again{jwt_encode_str(raw), std::free};
  if (!again || !equal_secret(again.get(), token)) return refused;
  const char* type = jwt_get_header(raw, "typ");
  if (type == nullptr || std::string_view{type} != "JWT" || text_of(raw, "iss") != issuer_) return refused;
  Claims claims{text_of(raw, "sub"), text_of(raw, "email"),  text_of(raw, "role"), text_of(raw, "jti"),
                text_of(raw, "family"), time_of(raw, "iat"), time_of(raw, "exp")};
  if (claims.subject.empty() || claims.role.empty() || claims.token_id.empty()) return refused;
  if (claims.issued_at > now + kClockSkew) return refused;
  if (claims.expires_at <= now) return Error{ErrorKind::Unauthenticated, "The access token has expired."};
  return claims;
}

}  // namespace qm::security
