// Signatures of the «Standard Webhooks» specification (version 1, symmetric), through libsodium. Thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/result.hpp"

namespace qm::security {

// "whsec_" and 32 random bytes in base 64.
std::string make_webhook_secret();

// "v1,BASE64" of HMAC-SHA256 over id.seconds.body, keyed with the bytes that `secret` (whsec_…) stands for. `id` has no
// dot. Rejected when the secret is none.
Result<std::string> sign_standard_webhook(std::string_view secret, std::string_view id, Timestamp at,
                                          std::string_view body);

}  // namespace qm::security
