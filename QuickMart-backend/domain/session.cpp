#include "QuickMart-backend/domain/session.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

constexpr std::size_t kSecretChars = (kRefreshSecretBytes * 4 + 2) / 3;

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string to_string(const RefreshToken& token) { return token.session.str() + "." + token.secret; }

std::optional<RefreshToken> parse_refresh_token(std::string_view text) {
  if (text.size() > kMaxRefreshTokenBytes) return std::nullopt;
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view secret = text.substr(dot + 1);
  if (secret.size() != kSecretChars || !std::all_of(secret.begin(), secret.end(), is_base64url)) return std::nullopt;
  auto session = SessionId::parse(text.substr(0, dot));
  if (!session) return std::nullopt;
  return RefreshToken{std::move(*session), std::string{secret}};
}

}  // namespace qm::shop
