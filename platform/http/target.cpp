#include "platform/http/target.hpp"

#include <cstring>
#include <random>

namespace qm::http {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Appends the decoded text; false for a broken escape or a control character.
bool decode(std::string_view text, bool plus_is_space, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    out += c;
  }
  return true;
}

// SplitMix64 (Steele, Lea, Flood 2014) from a random start: ids need to differ, not to be secret.
std::uint64_t next_random() {
  thread_local std::uint64_t state = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) ^ device();
  }();
  std::uint64_t z = state += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// Two digits for each byte: every request writes four numbers of this length.
constexpr std::array<char, 512> kHexPairs = [] {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    pairs[2 * byte] = kHex[byte >> 4];
    pairs[2 * byte + 1] = kHex[byte & 15];
  }
  return pairs;
}();

void append_hex(std::uint64_t bits, std::string& out) {
  char text[16];
  for (int i = 14; i >= 0; i -= 2, bits >>= 8) std::memcpy(text + i, &kHexPairs[2 * (bits & 255)], 2);
  out.append(text, sizeof text);
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_traceparent(std::string_view text) {
  return text.size() == 55 && text.substr(0, 3) == "00-" && text[35] == '-' && text[52] == '-' &&
         is_lower_hex(text.substr(3, 32)) && is_lower_hex(text.substr(36, 16)) && is_lower_hex(text.substr(53, 2)) &&
         text.substr(3, 32).find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool split_target(Request& request) {
  request.path.clear();
  request.query.clear();
  const std::string_view target = request.target;
  const std::size_t question = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, question);
  if (path.empty() || path.front() != '/' || !decode(path, false, request.path)) return false;
  if (request.path.size() > 1 && request.path.back() == '/') request.path.pop_back();
  std::string_view rest = target.substr(std::min(question + 1, target.size()));
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto& [name, value] = request.query.emplace_back();
    if (!decode(pair.substr(0, equals), true, name)) return false;
    if (equals < pair.size() && !decode(pair.substr(equals + 1), true, value)) return false;
  }
  return true;
}

std::string make_request_id() {
  std::string id;
  append_hex(next_random(), id);
  return id;
}

void choose_request_id(std::string_view given, std::string& out) {
  out.clear();
  const bool sane = !given.empty() && given.size() <= 128 && std::all_of(given.begin(), given.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != ',' && c != ';';
  });
  if (sane) {
    out.assign(given);
  } else {
    append_hex(next_random(), out);
  }
}

void choose_traceparent(std::string_view given, std::string& out) {
  out.assign("00-");
  if (is_traceparent(given)) {
    out.append(given.substr(3, 32));
    out += '-';
    append_hex(next_random() | 1, out);
    out.append(given.substr(52));
  } else {
    append_hex(next_random() | 1, out);
    append_hex(next_random(), out);
    out += '-';
    append_hex(next_random() | 1, out);
    out.append("-00");
  }
}

}  // namespace qm::http
