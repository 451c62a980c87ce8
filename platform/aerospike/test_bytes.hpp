// Bytes written down for people: hexadecimal digits, 'text' as itself, blanks for reading. For tests.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace qm::aerospike {

inline std::string bytes_of(std::string_view written) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == ' ' || written[i] == '\n') continue;
    if (written[i] == '\'') {
      const auto end = written.find('\'', i + 1);
      out += written.substr(i + 1, end - i - 1);
      i = end;
      continue;
    }
    const auto high = kDigits.find(written[i]);
    const auto low = i + 1 < written.size() ? kDigits.find(written[i + 1]) : std::string_view::npos;
    if (high == std::string_view::npos || low == std::string_view::npos) {
      throw std::invalid_argument("no hexadecimal digits: " + std::string(written));
    }
    out.push_back(static_cast<char>(high << 4 | low));
    ++i;
  }
  return out;
}

inline std::string hex_of(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

}  // namespace qm::aerospike
