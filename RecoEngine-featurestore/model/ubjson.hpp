// Reading UBJSON (Universal Binary JSON, draft 12, ubjson.org) as XGBoost writes it: numbers are big-endian, arrays may
// name the type and the count of their numbers, objects name neither. What XGBoost does not write is refused: counted
// and typed objects, arrays of a type that takes no bytes, high-precision numbers.
//
// Values are views: the text they were read from outlives them. Thread-compatible.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/core/result.hpp"

namespace qm::reco::ubjson {

constexpr std::size_t kMaxDepth = 16;          // of arrays and objects in each other
constexpr std::size_t kMaxValues = 1'000'000;  // numbers in typed arrays are not counted: they stay where they are

// Numbers of one type, one after another.
struct Packed {
  char type = 'U';         // i U I l L d D
  std::string_view bytes;  // a multiple of the type's size
};

struct Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>;

struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string_view, Packed, Array, Object> held;
};

struct Member {
  std::string_view name;
  Value value;
};

// Rejected, with the place, when `text` is not exactly one value within the limits. Memory is linear in the text.
Result<Value> parse(std::string_view text);

// The member of that name, the first if there are several; nullptr when there is none or `value` is no object.
const Value* find(const Value& value, std::string_view name);
// Of a list, packed or not; 0 for anything else.
std::size_t count(const Value& value);
// A list's element as a number; nothing when there is no such element or it is no number.
std::optional<double> number_at(const Value& list, std::size_t index);

}  // namespace qm::reco::ubjson
