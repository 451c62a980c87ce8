// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header), for routes that must not happen twice.
#pragma once
#include <string>

#include "platform/core/result.hpp"
#include "platform/http/message.hpp"

namespace qm::shop {

// Invalid when it is missing or longer than kMaxIdempotencyKeyBytes. `what` it names, such as "checkout".
Result<std::string> idempotency_key_of(const http::Request& request, const char* what);

}  // namespace qm::shop
