#include "QuickMart-backend/api/product_cursor.hpp"

#include <array>
#include <boost/algorithm/hex.hpp>
#include <charconv>

#include "platform/core/id.hpp"

namespace qm::shop {
namespace {

constexpr std::string_view kCursorVersion = "1";
// Version, sort, order, search, key, id, and the name as the rest: whatever bytes it has.
constexpr std::size_t kFields = 7;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string print_cursor(const ProductCursor& cursor) {
  std::string plain{kCursorVersion};
  const auto add = [&plain](const std::string& field) { plain += '\n' + field; };
  add(std::to_string(static_cast<int>(cursor.sort)));
  add(std::to_string(static_cast<int>(cursor.order)));
  add(std::to_string(cursor.search));
  add(std::to_string(cursor.key));
  add(cursor.id);
  add(cursor.name);
  std::string text;
  boost::algorithm::hex_lower(plain, std::back_inserter(text));
  return text;
}

std::optional<ProductCursor> parse_cursor(std::string_view text) {
  if (text.size() > kMaxCursorBytes) return std::nullopt;
  std::string plain;
  try {
    boost::algorithm::unhex(text, std::back_inserter(plain));
  } catch (const boost::algorithm::hex_decode_error&) {
    return std::nullopt;
  }
  std::array<std::string_view, kFields> fields;
  std::string_view rest = plain;
  for (std::size_t i = 0; i + 1 < kFields; ++i) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    fields[i] = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  ProductCursor cursor;
  int sort = 0, order = 0;
  if (fields[0] != kCursorVersion || !read_number(fields[1], sort) || !read_number(fields[2], order) ||
      !read_number(fields[3], cursor.search) || !read_number(fields[4], cursor.key) || !is_valid_id(fields[5]))
    return std::nullopt;
  if (sort < 0 || sort > static_cast<int>(ProductSort::created_at) || order < 0 ||
      order > static_cast<int>(SortOrder::desc))
    return std::nullopt;
  cursor.sort = static_cast<ProductSort>(sort);
  cursor.order = static_cast<SortOrder>(order);
  cursor.id = fields[5];
  cursor.name = rest;
  return cursor;
}

}  // namespace qm::shop
