#include "platform/aerospike/cursor.hpp"

#include <algorithm>

namespace qm::aerospike {

namespace {

// As bytes: version, next (16 bits), count (16 bits), then for each open partition its number (16 bits, the highest
// telling that a position follows), and the position: digest, index value (64 bits). Big endian, then base64url (RFC
// 4648, section 5) without padding.
constexpr std::uint8_t kVersion = 1;
constexpr std::uint32_t kHasPosition = 0x8000;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void put_number(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[held >> (bits - 6) & 63];
  }
  if (bits > 0) text += kAlphabet[held << (6 - bits) & 63];
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>(held >> (bits -= 8));
  }
  return bytes;
}

class CursorReader {
 public:
  explicit CursorReader(std::string_view bytes) : left_(bytes) {}
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view take(std::size_t bytes) {
    good_ = good_ && bytes <= left_.size();
    if (!good_) return {};
    const std::string_view taken = left_.substr(0, bytes);
    left_.remove_prefix(bytes);
    return taken;
  }
  bool good() const { return good_; }
  bool done() const { return good_ && left_.empty(); }

 private:
  std::string_view left_;
  bool good_ = true;
};

}  // namespace

std::string to_text(const Cursor& cursor) {
  if (cursor.at_end()) return {};
  std::string bytes;
  put_number(bytes, kVersion, 1);
  put_number(bytes, cursor.next, 2);
  put_number(bytes, cursor.open.size(), 2);
  for (const auto& position : cursor.open) {
    put_number(bytes, position.partition | (position.after ? kHasPosition : 0), 2);
    if (!position.after) continue;
    bytes.append(reinterpret_cast<const char*>(position.after->digest.data()), position.after->digest.size());
    put_number(bytes, position.after->index_value, 8);
  }
  return to_base64(bytes);
}

Result<Cursor> parse_cursor(std::string_view text) {
  const Error wrong = invalid({Fault{{"query", "cursor"}, "is not a cursor of this database", "cursor"}});
  Cursor cursor;
  if (text.empty()) return cursor;
  const auto bytes = from_base64(text);
  if (!bytes) return wrong;
  CursorReader reader{*bytes};
  if (reader.number(1) != kVersion) return wrong;
  cursor.next = static_cast<std::uint32_t>(reader.number(2));
  const std::size_t count = reader.number(2);
  if (cursor.next > kPartitions || count > kPartitions) return wrong;
  for (std::size_t i = 0; i < count && reader.good(); ++i) {
    const auto number = static_cast<std::uint32_t>(reader.number(2));
    PartitionPosition position{static_cast<std::uint16_t>(number & ~kHasPosition)};
    if (position.partition >= cursor.next) return wrong;
    if ((number & kHasPosition) != 0) {
      position.after = PartitionPosition::After{};
      const std::string_view digest = reader.take(position.after->digest.size());
      std::copy(digest.begin(), digest.end(), position.after->digest.begin());
      position.after->index_value = reader.number(8);
    }
    cursor.open.push_back(position);
  }
  if (!reader.done() || cursor.at_end()) return wrong;
  return cursor;
}

}  // namespace qm::aerospike
