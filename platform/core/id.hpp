// Strong string identifiers: a UserId is not a CouponId.
#pragma once
#include <compare>
#include <string>
#include <string_view>
#include <functional>

#include "platform/core/clock.hpp"
#include "platform/core/result.hpp"

namespace qm {

inline constexpr std::size_t kMaxIdBytes = 128;

// Ids are 1…128 bytes of [A-Za-z0-9._@+-]: nothing that a path, a key or a log line could take for a separator.
bool is_valid_id(std::string_view text) noexcept;

// Unique without coordination and sorting by time of creation: prefix + '_' + 26 characters of Crockford base 32
// (48 bits of milliseconds, 80 random bits: the ULID layout).
std::string make_id(std::string_view prefix, Timestamp now);

template <class Tag>
class Id {
 public:
  Id() = default;  // empty: «not yet known»
  // Precondition: is_valid_id(text). For input from outside use parse().
  explicit Id(std::string text) : text_(std::move(text)) {}

  static Result<Id> parse(std::string_view text) {
    if (!is_valid_id(text)) return Error{ErrorKind::Rejected, "An id is 1 to 128 characters of A-Z a-z 0-9 . _ @ + -"};
    return Id{std::string{text}};
  }
  // Tag::prefix names the kind of thing, as "ord" in ord_01J….
  static Id make(Timestamp now) { return Id{make_id(Tag::prefix, now)}; }

  const std::string& str() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

}  // namespace qm

template <class Tag>
struct std::hash<qm::Id<Tag>> {
  std::size_t operator()(const qm::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
