#include "RecoEngine-featurestore/api/authenticator.hpp"

#include <cctype>

#include "platform/security/password.hpp"

namespace qm::reco {

namespace {

constexpr std::string_view kScheme = "bearer ";

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

std::string_view bearer_of(std::string_view header) {
  if (header.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(header[i])) != kScheme[i]) return {};
  }
  return header.substr(kScheme.size());
}

http::Principal service(std::string name) {
  http::Principal principal;
  principal.subject = std::move(name);
  principal.role = "service";
  return principal;
}

}  // namespace

http::Authenticator make_authenticator(std::string service_token, bool production) {
  return [token = std::move(service_token), production](const http::Request& request,
                                                        http::Access) -> Result<http::Principal> {
    const std::string_view header = request.header("Authorization");
    if (header.empty() && !production && is_loopback(request.remote_address)) return service("local");
    const std::string_view given = bearer_of(header);
    if (!given.empty() && security::equal_secret(given, token)) return service("service");
    return Error{ErrorKind::Unauthenticated, "This needs the service token."};
  };
}

}  // namespace qm::reco
