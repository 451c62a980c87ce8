// Values of a record's bins: what both RocksDB (as MessagePack) and Aerospike can hold.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace qm::kv {

class Value;
using List = std::vector<Value>;
using Map = std::map<std::string, Value, std::less<>>;  // keys are strings, ordered bytewise

struct Bytes {
  std::string data;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

class Value {
 public:
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, List, Map>;

  Value() = default;  // nil
  Value(bool v) : v_(v) {}
  Value(int v) : v_(std::int64_t{v}) {}
  Value(std::int64_t v) : v_(v) {}
  Value(double v) : v_(v) {}
  Value(const char* v) : v_(std::string(v)) {}
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

using Bins = std::map<std::string, Value, std::less<>>;

}  // namespace qm::kv
