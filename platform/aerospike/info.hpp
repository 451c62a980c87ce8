// Texts of the info protocol. Malformed ones give an Error (Unavailable). Pure; thread-safe.
#pragma once
#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/aerospike/digest.hpp"
#include "platform/core/result.hpp"

namespace qm::aerospike {

// Command → answer, of the body of an info reply.
using InfoAnswers = std::map<std::string, std::string, std::less<>>;
Result<InfoAnswers> parse_info(std::string_view body);

// Whether an answer reports a failure ("ERROR:4:bad parameter", "FAIL:…").
bool is_info_error(std::string_view answer);

struct NodeAddress {
  std::string host;  // a name or address, IPv6 without brackets
  std::uint16_t port = 0;
  friend bool operator==(const NodeAddress&, const NodeAddress&) = default;
};

struct Peer {
  std::string node;      // the node's name, 1…16 hexadecimal digits
  std::string tls_name;  // often empty
  std::vector<NodeAddress> addresses;
  friend bool operator==(const Peer&, const Peer&) = default;
};

struct Peers {
  std::int64_t generation = 0;
  std::vector<Peer> peers;
};

// The answer to peers-clear-std, peers-tls-std or one of their -alt forms.
Result<Peers> parse_peers(std::string_view answer);

// The answer to partition-generation; -1: the node does not serve yet.
Result<std::int64_t> parse_generation(std::string_view answer);

// Addresses as in service-clear-std: "host:port,host:port".
Result<std::vector<NodeAddress>> parse_addresses(std::string_view answer);

// What one node says it holds of a namespace.
struct NamespaceReplicas {
  std::string name_space;
  std::uint32_t regime = 0;  // grows with every change of ownership; always 0 without strong consistency
  std::vector<std::bitset<kPartitions>> owned;  // [0]: partitions it is master of, [1…]: n-th replica of
};

// The answer to replicas.
Result<std::vector<NamespaceReplicas>> parse_replicas(std::string_view answer);

// "a=1;b=2" as of namespace/<name>, statistics and the like. Parts without '=' get an empty value.
std::map<std::string, std::string, std::less<>> parse_settings(std::string_view answer, char separator = ';');

}  // namespace qm::aerospike
