#include "QuickMart-backend/domain/fold_text.hpp"

#include <algorithm>
#include <array>

namespace qm::shop {
namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

Decoded decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (bytes == 0 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t point = lead & (0x7F >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    point = point << 6 | (next & 0x3F);
  }
  return {point, bytes, true};
}

// The base letters of U+00C0…U+017F, one entry each; "" stays as it is, " " separates words.
constexpr std::array<std::string_view, 0xC0> kLatin{
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",    // À
    "d", "n", "o", "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "th", "ss",   // Ð
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",    // à
    "d", "n", "o", "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "th", "y",    // ð
    "a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c", "d", "d",     // Ā
    "d", "d", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",     // Đ
    "g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i", "i", "i", "i", "i", "i",     // Ġ
    "i", "i", "ij", "ij", "j", "j", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l",   // İ
    "l", "l", "l", "n", "n", "n", "n", "n", "n", "n", "n", "n", "o", "o", "o", "o",     // ŀ
    "o", "o", "oe", "oe", "r", "r", "r", "r", "r", "r", "s", "s", "s", "s", "s", "s",   // Ő
    "s", "s", "t", "t", "t", "t", "t", "t", "u", "u", "u", "u", "u", "u", "u", "u",     // Š
    "u", "u", "u", "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s"};    // Ű

bool is_combining(char32_t point) { return point >= 0x300 && point <= 0x36F; }
// General punctuation, symbols, arrows, box drawing …, CJK punctuation: nothing anybody searches for.
bool is_separator(char32_t point) {
  return (point >= 0x80 && point < 0xC0) || (point >= 0x2000 && point < 0x2C00) || (point >= 0x3000 && point < 0x3040);
}

}  // namespace

std::string fold_text(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    const std::string_view raw = text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
    if (!next.valid || is_combining(next.point)) continue;
    if (next.point < 0x80) {
      const char c = static_cast<char>(next.point);
      if (c >= 'A' && c <= 'Z') folded += static_cast<char>(c - 'A' + 'a');
      else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) folded += c;
      else folded += ' ';
    } else if (next.point >= 0xC0 && next.point < 0x180) {
      folded += kLatin[next.point - 0xC0];
    } else if (is_separator(next.point)) {
      folded += ' ';
    } else {
      folded += raw;
    }
  }
  return folded;
}

std::vector<std::string> words_of(std::string_view text) {
  const std::string folded = fold_text(text);
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = folded.find_first_not_of(' ', at)) != std::string::npos) {
    const std::size_t end = std::min(folded.find(' ', at), folded.size());
    words.push_back(folded.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace qm::shop
