// Whoever has the service token may do everything here.
#pragma once
#include <string>

#include "platform/http/api.hpp"

namespace qm::sandbox {

http::Authenticator make_authenticator(std::string service_token);

}  // namespace qm::sandbox
