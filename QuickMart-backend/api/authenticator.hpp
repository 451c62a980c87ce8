// Who is calling the shop: a customer or member of staff by their access token, RecoEngine by the service token.
#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/http/api.hpp"
#include "platform/security/jwt.hpp"

namespace qm::shop {

// Access::User takes any account's token, Staff only those of staff and admin (Forbidden otherwise), Service only the
// service token (an empty one: nobody's). `signer` and `clock` outlive what is returned. Thread-safe.
http::Authenticator make_authenticator(const security::TokenSigner& signer, std::string service_token,
                                       const Clock& clock);

}  // namespace qm::shop
