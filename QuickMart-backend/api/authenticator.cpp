#include "QuickMart-backend/api/authenticator.hpp"

#include "platform/http/bearer.hpp"
#include "platform/security/password.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {
namespace {

using http::Access;
using http::Principal;
using http::Request;

Error sign_in_first() {
  return Error{ErrorKind::Unauthenticated, "This needs an account: please sign in, and the cart comes along."};
}
Error refused() { return Error{ErrorKind::Unauthenticated, "A valid bearer token is needed."}; }

Result<Principal> service_principal(std::string_view token, const std::string& service_token) {
  if (service_token.empty() || !security::equal_secret(token, service_token)) return refused();
  Principal principal;
  principal.subject = "reco-engine";
  principal.role = "service";
  return principal;
}

Result<Principal> user_principal(const security::TokenSigner& signer, std::string_view token, Access access,
                                 Timestamp now) {
  auto claims = signer.verify(token, now);
  if (!claims) return claims.error();
  const auto role = parse_role(claims->role);
  if (!role || !is_valid_id(claims->subject)) return refused();
  if (access == Access::Staff && *role == Role::customer)
    return Error{ErrorKind::Forbidden, "Only staff of the shop may do this."};
  Principal principal;
  principal.subject = std::move(claims->subject);
  principal.role = std::move(claims->role);
  principal.email = std::move(claims->email);
  principal.token_id = std::move(claims->token_id);
  principal.session = std::move(claims->family);
  return principal;
}

}  // namespace

http::Authenticator make_authenticator(const security::TokenSigner& signer, std::string service_token,
                                       const Clock& clock) {
  return [&signer, &clock, service_token = std::move(service_token)](const Request& request,
                                                                    Access access) -> Result<Principal> {
    const std::string_view token = http::bearer_token(request);
    if (token.empty() && !request.header("X-Cart-Token").empty()) return sign_in_first();
    if (token.empty()) return refused();
    if (access == Access::Service) return service_principal(token, service_token);
    return user_principal(signer, token, access, clock.now());
  };
}

}  // namespace qm::shop
