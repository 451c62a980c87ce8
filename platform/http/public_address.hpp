// Which addresses are on the public internet: what a server may call on behalf of others without reaching into its own
// network (RFC 6890 and its registries).
#pragma once
#include <boost/asio/ip/address.hpp>

namespace qm::http {

// False for loopback, private, link-local, shared (RFC 6598), documentation, benchmarking, multicast, reserved and
// unspecified addresses, and for IPv6 ones that carry such an IPv4 address.
bool is_public(const boost::asio::ip::address& address) noexcept;

}  // namespace qm::http
