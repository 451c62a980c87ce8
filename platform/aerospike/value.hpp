// Values as the server stores them: what a bin, a list element or a map entry may hold.
// Copyable, movable, thread-compatible; owns its data.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace qm::aerospike {

class Value;
using List = std::vector<Value>;
// In the order the server sends; an ordered map comes in the order of its keys. Keys are integers, strings or bytes
// and occur once.
using Map = std::vector<std::pair<Value, Value>>;

struct Bytes {
  std::string data;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

class Value {
 public:
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, List, Map>;

  Value() = default;  // nil: an absent bin, and what removes a bin when written
  Value(bool v) : v_(v) {}
  Value(int v) : v_(std::int64_t{v}) {}
  Value(std::int64_t v) : v_(v) {}
  Value(double v) : v_(v) {}
  Value(const char* v) : v_(std::string(v)) {}
  Value(std::string_view v) : v_(std::string(v)) {}
  Value(std::string v) : v_(std::move(v)) {}
  Value(Bytes v) : v_(std::move(v)) {}
  Value(List v) : v_(std::move(v)) {}
  Value(Map v) : v_(std::move(v)) {}

  bool is_nil() const noexcept { return v_.index() == 0; }
  // The value if it is of that type, else nullptr.
  template <class T>
  const T* as() const noexcept { return std::get_if<T>(&v_); }
  template <class T>
  T* as() noexcept { return std::get_if<T>(&v_); }
  const Variant& variant() const noexcept { return v_; }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Variant v_;
};

struct Bin {
  std::string name;  // 1…15 bytes
  Value value;
  friend bool operator==(const Bin&, const Bin&) = default;
};

}  // namespace qm::aerospike
