// What a sign-in begins: it lasts through any number of refresh tokens, one valid at a time. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace qm::shop {

struct SessionTag {
  static constexpr const char* prefix = "ses";
};
using SessionId = Id<SessionTag>;

inline constexpr std::chrono::minutes kAccessTokenLife{15};
inline constexpr std::chrono::hours kSessionLife{30 * 24};  // after the last refresh
inline constexpr std::size_t kRefreshSecretBytes = 32;      // 43 characters of base 64
inline constexpr std::size_t kMaxRefreshTokenBytes = 256;

// A refresh token's text is "<session id>.<secret>".
struct RefreshToken {
  SessionId session;
  std::string secret;  // 43 characters
};
std::string to_string(const RefreshToken& token);
// nullopt for whatever was never one of ours.
std::optional<RefreshToken> parse_refresh_token(std::string_view text);

}  // namespace qm::shop
