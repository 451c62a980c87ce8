#include "QuickMart-backend/app/cart_tokens.hpp"

#include <charconv>

#include "platform/security/hmac.hpp"
#include "platform/security/password.hpp"

namespace qm::shop {
namespace {

Error no_cart_token() {
  return {ErrorKind::Unauthenticated, "The cart token is not valid (any more); please begin a new cart."};
}

}  // namespace

CartTokens::CartTokens(std::string_view secret) : key_(security::hmac_sha256(secret, "cart token")) {}

CartToken CartTokens::issue(const UserId& guest, Timestamp now) const {
  const auto expires_at = std::chrono::floor<std::chrono::seconds>(now + kGuestTokenLife);
  CartToken token;
  token.text = guest.str() + "." + std::to_string(expires_at.time_since_epoch().count());
  token.text += "." + security::hmac_sha256(key_, token.text);
  token.expires_at = expires_at;
  return token;
}

Result<UserId> CartTokens::verify(std::string_view token, Timestamp now) const {
  if (token.size() > kMaxCartTokenBytes) return no_cart_token();
  const auto last = token.rfind('.');
  if (last == std::string_view::npos) return no_cart_token();
  const std::string_view signed_text = token.substr(0, last);
  if (!security::equal_secret(token.substr(last + 1), security::hmac_sha256(key_, signed_text))) return no_cart_token();
  const auto middle = signed_text.rfind('.');
  if (middle == std::string_view::npos) return no_cart_token();
  const std::string_view expiry = signed_text.substr(middle + 1);
  std::int64_t expires_s = 0;
  const auto [end, failed] = std::from_chars(expiry.data(), expiry.data() + expiry.size(), expires_s);
  if (failed != std::errc{} || end != expiry.data() + expiry.size()) return no_cart_token();
  if (Timestamp{std::chrono::seconds{expires_s}} <= now) return no_cart_token();
  auto guest = UserId::parse(signed_text.substr(0, middle));
  if (!guest || !is_guest(*guest)) return no_cart_token();
  return guest;
}

}  // namespace qm::shop
