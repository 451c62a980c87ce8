#include "platform/service/cluster_nodes.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace qm::service {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<aerospike::Endpoint> parse_node(std::string_view text, std::uint16_t default_port) {
  aerospike::Endpoint node;
  node.port = default_port;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    node.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    node.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  if (node.host.empty() || node.host.find_first_of(" \t[]") != std::string::npos) return std::nullopt;
  if (rest.empty()) return node;
  const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  node.port = *port;
  return node;
}

}  // namespace

Result<std::vector<aerospike::Endpoint>> parse_cluster_nodes(std::string_view text, std::uint16_t default_port) {
  std::vector<aerospike::Endpoint> nodes;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (trimmed(part).empty()) continue;
    auto node = parse_node(trimmed(part), default_port);
    if (!node) {
      return rejected("'" + std::string{trimmed(part)} +
                      "' is no host or host:port (an IPv6 address stands in []).");
    }
    nodes.push_back(std::move(*node));
  }
  if (nodes.empty()) return rejected("No node of the cluster is named.");
  return nodes;
}

}  // namespace qm::service
