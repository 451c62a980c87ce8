// The bearer token of a request (RFC 6750, section 2.1).
#pragma once
#include <string_view>

#include "platform/http/message.hpp"

namespace qm::http {

// The token of the one Authorization header; empty when there is none, a second one, another scheme, or a character
// that no token has. Valid as long as the request.
std::string_view bearer_token(const Request& request);

}  // namespace qm::http
