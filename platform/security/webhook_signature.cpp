#include "platform/security/webhook_signature.hpp"

#include <sodium.h>

#include <charconv>
#include <optional>
#include <vector>

#include "platform/security/password.hpp"

namespace qm::security {
namespace {

std::string hmac_hex(std::string_view secret, std::string_view seconds, std::string_view body) {
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes(seconds), seconds.size());
  crypto_auth_hmacsha256_update(&state, bytes("."), 1);
  crypto_auth_hmacsha256_update(&state, bytes(body), body.size());
  unsigned char digest[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, digest);
  std::string hex(2 * sizeof digest + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest, sizeof digest);
  hex.pop_back();
  return hex;
}

struct SignatureHeader {
  std::string_view seconds_text;
  std::int64_t seconds = 0;
  std::vector<std::string_view> signatures;
};

std::optional<SignatureHeader> take_apart(std::string_view header) {
  SignatureHeader parts;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string_view part = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with("t=")) {
      if (!parts.seconds_text.empty()) return std::nullopt;
      parts.seconds_text = part.substr(2);
    } else if (part.starts_with("v1=")) {
      parts.signatures.push_back(part.substr(3));
    }
  }
  const char* const last = parts.seconds_text.data() + parts.seconds_text.size();
  const auto [end, failed] = std::from_chars(parts.seconds_text.data(), last, parts.seconds);
  constexpr std::int64_t kLatest = 253'402'300'799;  // the last second of the year 9999
  const bool is_time = failed == std::errc{} && end == last && parts.seconds >= 0 && parts.seconds <= kLatest;
  if (!is_time || parts.signatures.empty()) return std::nullopt;
  return parts;
}

}  // namespace

std::string sign_webhook(std::string_view secret, std::string_view body, Timestamp at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const std::string text = std::to_string(seconds);
  return "t=" + text + ",v1=" + hmac_hex(secret, text, body);
}

SignatureVerdict check_webhook(std::string_view secret, std::string_view header, std::string_view body, Timestamp now,
                               std::chrono::seconds tolerance) {
  if (header.size() > kMaxSignatureBytes) return SignatureVerdict::malformed;
  const auto parts = take_apart(header);
  if (!parts) return SignatureVerdict::malformed;
  const std::string expected = hmac_hex(secret, parts->seconds_text, body);
  bool fits = false;
  for (const std::string_view signature : parts->signatures) fits = equal_secret(signature, expected) || fits;
  if (!fits) return SignatureVerdict::wrong;
  const auto signed_at = Timestamp{std::chrono::seconds{parts->seconds}};
  if (signed_at < now - tolerance) return SignatureVerdict::too_old;
  if (signed_at > now + tolerance) return SignatureVerdict::too_new;
  return SignatureVerdict::good;
}

}  // namespace qm::security
