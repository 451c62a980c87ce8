// JSON Web Tokens (RFC 7519), HS256 only, through libjwt. Thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/result.hpp"

namespace qm::security {

struct Claims {
  std::string subject;    // sub
  std::string email;
  std::string role;
  std::string token_id;   // jti
  std::string family;     // of refresh tokens; ours
  Timestamp issued_at{};  // iat, seconds
  Timestamp expires_at{}; // exp, seconds
};

inline constexpr std::size_t kMinSecretBytes = 32;
inline constexpr std::size_t kMaxTokenBytes = 4096;

class TokenSigner {
 public:
  // `issuer` goes into iss and must match on verification. Throws std::invalid_argument for a short secret.
  TokenSigner(std::string secret, std::string issuer);

  std::string sign(const Claims& claims) const;
  // Unauthenticated for everything that is not our own unexpired token: another algorithm (none included), key,
  // issuer, header `typ` other than JWT, missing or mistyped claims, members given twice, another spelling, over
  // kMaxTokenBytes, expired at `now`, issued more than a minute after `now`.
  Result<Claims> verify(std::string_view token, Timestamp now) const;

 private:
  std::string secret_;
  std::string issuer_;
};

}  // namespace qm::security
