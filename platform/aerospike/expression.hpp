// Filter expressions: evaluated by the server against a record before a command; where the result is not true, the
// command answers FilteredOut and does nothing. Owns its packed form. Thread-compatible.
//
// An expression that reads a missing bin, or one of another type, is unknown, and unknown is not true; `negate` keeps
// unknown as it is, `all_of` and `any_of` may decide in spite of it. `matches` hides that.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/aerospike/value.hpp"

namespace qm::aerospike {

enum class Compare : std::uint8_t {  // the code on the wire
  Equal = 1,
  NotEqual = 2,
  Greater = 3,
  GreaterOrEqual = 4,
  Less = 5,
  LessOrEqual = 6,
};

enum class BinType : std::uint8_t { Bool, Integer, Double, String, Blob, CdtList, CdtMap };

class Expression {
 public:
  // A constant: bool, int64, double, string or bytes. Precondition: not nil, list or map.
  static Expression literal(const Value& value);
  // The bin's value, unknown unless the bin exists and is of that type.
  static Expression bin(BinType type, std::string_view name);
  static Expression bin_exists(std::string_view name);
  static Expression bin_missing(std::string_view name);
  static Expression bin_is(std::string_view name, BinType type);
  static Expression to_double(const Expression& integer);
  // Both sides of one type.
  static Expression compare(Compare compare, const Expression& left, const Expression& right);
  static Expression all_of(const std::vector<Expression>& parts);  // true when empty
  static Expression any_of(const std::vector<Expression>& parts);  // false when empty
  static Expression negate(const Expression& part);

  // Whether the bin compares so with `value` (bool, int64, double, string or bytes), integers and doubles by their
  // number. Never unknown: a missing bin and one of another type fulfil NotEqual only.
  static Expression matches(std::string_view name, Compare compare, const Value& value);

  // What goes into a command's `filter`.
  std::string_view packed() const noexcept { return packed_; }

 private:
  explicit Expression(std::string packed) : packed_(std::move(packed)) {}
  std::string packed_;
};

}  // namespace qm::aerospike
