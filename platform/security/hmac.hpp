// Texts that only we can have signed: HMAC-SHA-256 (RFC 2104), through libsodium. Thread-safe.
#pragma once
#include <string>
#include <string_view>

namespace qm::security {

// The tag as URL-safe base 64 without padding, 43 characters. Compare with equal_secret(). To use one secret for
// several purposes, give each a key of its own: hmac_sha256(secret, "what it is for").
std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace qm::security
