// Who may call RecoEngine.
#pragma once
#include <string>

#include "platform/http/api.hpp"

namespace qm::reco {

// The other service, by the service token (`Authorization: Bearer …`). Outside production callers on this machine need
// none; a wrong one is refused all the same.
http::Authenticator make_authenticator(std::string service_token, bool production);

}  // namespace qm::reco
