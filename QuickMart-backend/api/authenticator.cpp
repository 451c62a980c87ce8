#include "QuickMart-backend/api/authenticator.hpp"

#include <algorithm>

#include "platform/security/password.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {
namespace {

using http::Access;
using http::Principal;
using http::Request;

constexpr std::string_view kScheme = "bearer ";

Error refused() { return Error{ErrorKind::Unauthenticated, "A valid bearer token is needed."}; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool is_token_char(unsigned char c) {
  return std::isalnum(c) != 0 || std::string_view{"-._~+/="}.find(static_cast<char>(c)) != std::string_view::npos;
}

// The token of the one Authorization header (RFC 6750); empty when there is none, a second one, or it is otherwise.
std::string_view bearer_token(const Request& request) {
  std::string_view found;
  for (const auto& [name, value] : request.headers) {
    if (!equal_ignoring_case(name, "authorization")) continue;
    if (!found.empty()) return {};
    found = value;
  }
  if (found.size() <= kScheme.size() || !equal_ignoring_case(found.substr(0, kScheme.size()), kScheme)) return {};
  found.remove_prefix(kScheme.size());
  return std::all_of(found.begin(), found.end(), is_token_char) ? found : std::string_view{};
}

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
    const std::string_view token = bearer_token(request);
    if (token.empty()) return refused();
    if (access == Access::Service) return service_principal(token, service_token);
    return user_principal(signer, token, access, clock.now());
  };
}

}  // namespace qm::shop
