// Who may call RecoEngine.
#pragma once
#include <string>

#include "platform/http/api.hpp"

namespace qm::reco {

// From where a call without a token is taken.
enum class Tokenless {
  nobody,
  loopback,          // this machine
  private_networks,  // and the networks of RFC 1918 and RFC 4193, as a container's host is seen from the container
};

// The other service, by the service token (`Authorization: Bearer …`). A wrong one is refused from wherever it comes.
http::Authenticator make_authenticator(std::string service_token, Tokenless tokenless);

}  // namespace qm::reco
