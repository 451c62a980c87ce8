// Proof that a webhook comes from who shares its secret, in the scheme of Stripe's «Verify webhook signatures»:
//   t=SECONDS,v1=HEX[,v1=HEX…]      HEX = HMAC-SHA256(secret, SECONDS + "." + body)
// The time is signed with the body, so that a message that was overheard is of no use later; several v1 stand there
// while a secret is being changed. Schemes of other names are ignored.
#pragma once
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"

namespace qm::security {

inline constexpr std::size_t kMaxSignatureBytes = 4096;

std::string sign_webhook(std::string_view secret, std::string_view body, Timestamp at);

enum class SignatureVerdict { good, malformed, too_old, too_new, wrong };

// `body` as it came, byte for byte. Good when any v1 fits and the time is within `tolerance` of `now`, both ways.
// Signatures are compared in constant time.
SignatureVerdict check_webhook(std::string_view secret, std::string_view header, std::string_view body, Timestamp now,
                               std::chrono::seconds tolerance);

}  // namespace qm::security
