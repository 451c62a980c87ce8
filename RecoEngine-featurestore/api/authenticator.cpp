#include "RecoEngine-featurestore/api/authenticator.hpp"

#include <boost/asio/ip/address.hpp>

#include "platform/http/bearer.hpp"
#include "platform/security/password.hpp"

namespace qm::reco {

namespace {

using boost::asio::ip::address_v4;

bool is_private(address_v4 address) {
  const std::uint32_t bits = address.to_uint();
  return bits >> 24 == 10 || bits >> 20 == (172U << 4 | 1U) || bits >> 16 == (192U << 8 | 168U);
}

Tokenless place_of(std::string_view remote_address) {
  boost::system::error_code failed;
  auto address = boost::asio::ip::make_address(remote_address, failed);
  if (failed) return Tokenless::nobody;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  if (address.is_loopback()) return Tokenless::loopback;
  const bool is_local = address.is_v4() ? is_private(address.to_v4()) : (address.to_v6().to_bytes()[0] & 0xfe) == 0xfc;
  return is_local ? Tokenless::private_networks : Tokenless::nobody;
}

bool is_taken(Tokenless from, Tokenless allowed) {
  return from == Tokenless::loopback ? allowed != Tokenless::nobody
                                     : from == Tokenless::private_networks && allowed == from;
}

http::Principal service(std::string name) {
  http::Principal principal;
  principal.subject = std::move(name);
  principal.role = "service";
  return principal;
}

}  // namespace

http::Authenticator make_authenticator(std::string service_token, Tokenless tokenless) {
  return [token = std::move(service_token), tokenless](const http::Request& request,
                                                       http::Access) -> Result<http::Principal> {
    const bool gives_none = request.header("Authorization").empty();
    if (gives_none && is_taken(place_of(request.remote_address), tokenless)) return service("local");
    const std::string_view given = http::bearer_token(request);
    if (!given.empty() && security::equal_secret(given, token)) return service("service");
    return Error{ErrorKind::Unauthenticated, "This needs the service token."};
  };
}

}  // namespace qm::reco
