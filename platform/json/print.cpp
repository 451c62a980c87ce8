#include "platform/json/print.hpp"

#include <cmath>
#include <cstring>

namespace qm::json {

namespace {

// What a byte is written as: 0 for itself, 'u' for a \u00XX, else the letter after the backslash.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> table{};
  for (int c = 0; c < 0x20; ++c) table[static_cast<std::size_t>(c)] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

constexpr std::uint64_t kOnes = 0x0101010101010101, kHighBits = 0x8080808080808080;

// The high bit of each byte that is 0; perhaps also of bytes above one.
constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighBits; }

// The number of leading bytes that stand for themselves, looked for eight at a time: most text has nothing to escape.
std::size_t plain_prefix(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t controls = (word - kOnes * 0x20) & ~word & kHighBits;
    if ((controls | zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\')) != 0) break;
  }
  while (at < text.size() && kEscapes[static_cast<unsigned char>(text[at])] == 0) ++at;
  return at;
}

}  // namespace

void print_text(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  while (true) {
    const std::size_t plain = plain_prefix(text);
    out.append(text.data(), plain);
    if (plain == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[plain]);
    const char escape = kEscapes[byte];
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

void print_number(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  if (number == 0 && std::signbit(number)) {
    out += "-0.0";  // "-0" would be read as an integer, which has no sign of zero
    return;
  }
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

void print_amount(Amount amount, std::string& out) {
  auto magnitude = static_cast<std::uint64_t>(amount.minor);
  if (amount.minor < 0) {
    out += '-';
    magnitude = 0 - magnitude;
  }
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, magnitude / 100).ptr);
  out += '.';
  out += static_cast<char>('0' + magnitude % 100 / 10);
  out += static_cast<char>('0' + magnitude % 10);
}

void print_document(const boost::json::value& json, std::string& out) {
  switch (json.kind()) {
    case boost::json::kind::null: out += "null"; break;
    case boost::json::kind::bool_: print_to(json.get_bool(), out); break;
    case boost::json::kind::int64: print_to(json.get_int64(), out); break;
    case boost::json::kind::uint64: print_to(json.get_uint64(), out); break;
    case boost::json::kind::double_: print_number(json.get_double(), out); break;
    case boost::json::kind::string:
      print_text(std::string_view{json.get_string().data(), json.get_string().size()}, out);
      break;
    case boost::json::kind::array: {
      char before = '[';
      for (const auto& element : json.get_array()) {
        out += before;
        print_document(element, out);
        before = ',';
      }
      out += before == '[' ? "[]" : "]";
      break;
    }
    case boost::json::kind::object: {
      char before = '{';
      for (const auto& [key, element] : json.get_object()) {
        out += before;
        print_text(std::string_view{key.data(), key.size()}, out);
        out += ':';
        print_document(element, out);
        before = ',';
      }
      out += before == '{' ? "{}" : "}";
      break;
    }
  }
}

}  // namespace qm::json
