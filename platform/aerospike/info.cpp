#include "platform/aerospike/info.hpp"

#include <charconv>

#include <openssl/evp.h>

namespace qm::aerospike {

namespace {

constexpr std::uint16_t kDefaultPort = 3000;
constexpr std::size_t kBitmapBytes = kPartitions / 8;
constexpr std::size_t kBitmapText = (kBitmapBytes + 2) / 3 * 4;
constexpr std::size_t kMaxReplicationFactor = 255;

Error bad_answer(std::string_view command) {
  return unavailable("The server's answer to " + std::string(command) + " could not be read.");
}

template <class T>
bool read_number(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

// The text up to the separator, which is consumed too; all of it when there is none.
std::string_view cut(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

// Walks a text piece by piece; once a piece is missing it stays failed.
class InfoScanner {
 public:
  explicit InfoScanner(std::string_view text) : text_(text) {}

  bool next_is(char c) const { return !failed_ && text_.starts_with(c); }
  bool take_if(char c) {
    if (!next_is(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take_if(c)) failed_ = true;
  }
  std::string_view until(std::string_view stops) {
    const auto at = text_.find_first_of(stops);
    if (at == std::string_view::npos) failed_ = true;
    if (failed_) return {};
    const auto part = text_.substr(0, at);
    text_.remove_prefix(at);
    return part;
  }
  template <class T>
  T number(std::string_view stops, T if_empty) {
    const auto text = until(stops);
    T value = if_empty;
    if (!text.empty() && !read_number(text, value)) failed_ = true;
    return value;
  }
  // "host", "host:port", "[IPv6]" or "[IPv6]:port".
  NodeAddress address(std::uint16_t default_port, std::string_view stops) {
    NodeAddress address;
    if (take_if('[')) {
      address.host = until("]");
      expect(']');
    } else {
      address.host = until(std::string(":").append(stops));
    }
    address.port = take_if(':') ? number<std::uint16_t>(stops, 0) : default_port;
    if (address.host.empty() || address.port == 0) failed_ = true;
    return address;
  }

  bool failed() const noexcept { return failed_; }
  bool at_end() const noexcept { return text_.empty(); }

 private:
  std::string_view text_;
  bool failed_ = false;
};

// [name,tls,[address,…]]
Peer read_peer(InfoScanner& in, std::uint16_t default_port) {
  Peer peer;
  in.expect('[');
  peer.node = in.until(",");
  in.expect(',');
  peer.tls_name = in.until(",");
  in.expect(',');
  in.expect('[');
  while (!in.failed() && !in.next_is(']')) {
    peer.addresses.push_back(in.address(default_port, ",]"));
    if (!in.take_if(',')) break;
  }
  in.expect(']');
  in.expect(']');
  return peer;
}

bool read_bitmap(std::string_view text, std::bitset<kPartitions>& owned) {
  if (text.size() != kBitmapText) return false;
  unsigned char bytes[kBitmapText / 4 * 3];
  const auto* from = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DecodeBlock(bytes, from, static_cast<int>(text.size())) != static_cast<int>(sizeof bytes)) return false;
  for (std::size_t i = 0; i < kPartitions; ++i) owned[i] = (bytes[i / 8] & (0x80 >> i % 8)) != 0;
  return true;
}

// name:regime,factor,bitmap,…
bool read_replicas(std::string_view text, NamespaceReplicas& replicas) {
  replicas.name_space = cut(text, ':');
  std::size_t factor = 0;
  if (replicas.name_space.empty() || !read_number(cut(text, ','), replicas.regime)) return false;
  if (!read_number(cut(text, ','), factor) || factor == 0 || factor > kMaxReplicationFactor) return false;
  while (!text.empty()) {
    if (replicas.owned.size() == factor || !read_bitmap(cut(text, ','), replicas.owned.emplace_back())) return false;
  }
  return replicas.owned.size() == factor;
}

}  // namespace

Result<InfoAnswers> parse_info(std::string_view body) {
  if (!body.empty() && body.back() != '\n') return bad_answer("an info request");
  InfoAnswers answers;
  while (!body.empty()) {
    auto line = cut(body, '\n');
    const auto name = cut(line, '\t');
    answers.insert_or_assign(std::string(name), std::string(line));
  }
  return answers;
}

bool is_info_error(std::string_view answer) {
  constexpr auto starts_with = [](std::string_view text, std::string_view word) {
    return text.starts_with(word) && (text.size() == word.size() || text[word.size()] == ':');
  };
  return starts_with(answer, "ERROR") || starts_with(answer, "FAIL") || starts_with(answer, "error") ||
         starts_with(answer, "fail");
}

Result<Peers> parse_peers(std::string_view answer) {
  InfoScanner in(answer);
  Peers peers;
  peers.generation = in.number<std::int64_t>(",", -1);
  in.expect(',');
  const auto default_port = in.number<std::uint16_t>(",", kDefaultPort);
  in.expect(',');
  in.expect('[');
  while (in.next_is('[')) {
    peers.peers.push_back(read_peer(in, default_port));
    if (!in.take_if(',')) break;
  }
  in.expect(']');
  if (in.failed() || !in.at_end()) return bad_answer("peers");
  return peers;
}

Result<std::int64_t> parse_generation(std::string_view answer) {
  std::int64_t generation = 0;
  if (!read_number(answer, generation)) return bad_answer("partition-generation");
  return generation;
}

Result<std::vector<NodeAddress>> parse_addresses(std::string_view answer) {
  std::vector<NodeAddress> addresses;
  const auto ended = std::string(answer) + ',';  // so that each address ends in one
  InfoScanner in(ended);
  while (!in.failed() && !in.at_end() && !answer.empty()) {
    addresses.push_back(in.address(kDefaultPort, ","));
    in.expect(',');
  }
  if (in.failed()) return bad_answer("service");
  return addresses;
}

Result<std::vector<NamespaceReplicas>> parse_replicas(std::string_view answer) {
  std::vector<NamespaceReplicas> all;
  while (!answer.empty()) {
    if (!read_replicas(cut(answer, ';'), all.emplace_back())) return bad_answer("replicas");
  }
  return all;
}

std::map<std::string, std::string, std::less<>> parse_settings(std::string_view answer, char separator) {
  std::map<std::string, std::string, std::less<>> settings;
  while (!answer.empty()) {
    auto value = cut(answer, separator);
    const auto name = cut(value, '=');
    if (!name.empty()) settings.insert_or_assign(std::string(name), std::string(value));
  }
  return settings;
}

}  // namespace qm::aerospike
