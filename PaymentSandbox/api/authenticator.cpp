#include "PaymentSandbox/api/authenticator.hpp"

#include "platform/http/bearer.hpp"
#include "platform/security/password.hpp"

namespace qm::sandbox {

http::Authenticator make_authenticator(std::string service_token) {
  return [token = std::move(service_token)](const http::Request& request, http::Access) -> Result<http::Principal> {
    const std::string_view given = http::bearer_token(request);
    if (given.empty() || !security::equal_secret(given, token))
      return Error{ErrorKind::Unauthenticated, "This needs the service token."};
    http::Principal principal;
    principal.subject = "merchant";
    principal.role = "service";
    return principal;
  };
}

}  // namespace qm::sandbox
