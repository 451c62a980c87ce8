#include "platform/aerospike/pack.hpp"

#include <algorithm>
#include <bit>

#include <msgpack.hpp>

#include "platform/aerospike/wire.hpp"

namespace qm::aerospike {

namespace {

struct StringSink {
  std::string& out;
  void write(const char* text, std::size_t size) { out.append(text, size); }
};

using Packer = msgpack::packer<StringSink>;

constexpr char kKeyOrdered = 1;

// The order the server demands of an ordered map's keys: integers, strings, bytes; each in its natural order.
bool key_less(const std::pair<Value, Value>& a, const std::pair<Value, Value>& b) {
  const auto& left = a.first.variant();
  const auto& right = b.first.variant();
  if (left.index() != right.index()) return left.index() < right.index();
  if (const auto* number = std::get_if<std::int64_t>(&left)) return *number < std::get<std::int64_t>(right);
  if (const auto* text = std::get_if<std::string>(&left)) return *text < std::get<std::string>(right);
  if (const auto* bytes = std::get_if<Bytes>(&left)) return *bytes < std::get<Bytes>(right);
  return false;  // not a key the server takes
}

void pack_typed(Packer& packer, Particle type, std::string_view text) {
  packer.pack_str(static_cast<std::uint32_t>(text.size() + 1));
  const char byte = static_cast<char>(type);
  packer.pack_str_body(&byte, 1);
  packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

struct PackVisitor {
  std::string& out;
  StringSink sink{out};
  Packer packer{sink};

  explicit PackVisitor(std::string& to) : out(to) {}

  void operator()(std::monostate) { packer.pack_nil(); }
  void operator()(bool v) { v ? packer.pack_true() : packer.pack_false(); }
  void operator()(std::int64_t v) { packer.pack_int64(v); }
  void operator()(double v) { pack_double(out, v); }
  void operator()(const std::string& v) { pack_typed(packer, Particle::String, v); }
  void operator()(const Bytes& v) { pack_typed(packer, Particle::Bytes, v.data); }
  void operator()(const List& v) {
    packer.pack_array(static_cast<std::uint32_t>(v.size()));
    for (const auto& element : v) std::visit(*this, element.variant());
  }
  void operator()(const Map& v) {
    if (!std::ranges::is_sorted(v, key_less)) {
      Map sorted = v;
      std::ranges::stable_sort(sorted, key_less);
      return map_in_order(sorted);
    }
    map_in_order(v);
  }

 private:
  void map_in_order(const Map& v) {
    packer.pack_map(static_cast<std::uint32_t>(v.size() + 1));
    packer.pack_ext(0, kKeyOrdered);
    packer.pack_nil();
    for (const auto& [key, value] : v) {
      std::visit(*this, key.variant());
      std::visit(*this, value.variant());
    }
  }
};

Error bad_value() { return unavailable("A value from the server could not be read."); }

// Builds a Value from what the parser finds; every callback answers whether to go on.
class UnpackVisitor : public msgpack::null_visitor {
 public:
  bool visit_nil() { return add(Value{}); }
  bool visit_boolean(bool v) { return add(Value{v}); }
  bool visit_positive_integer(std::uint64_t v) { return add(Value{static_cast<std::int64_t>(v)}); }
  bool visit_negative_integer(std::int64_t v) { return add(Value{v}); }
  bool visit_float32(float v) { return add(Value{double{v}}); }
  bool visit_float64(double v) { return add(Value{v}); }
  bool visit_str(const char* text, std::uint32_t size) { return visit_typed({text, size}); }
  bool visit_bin(const char* text, std::uint32_t size) { return visit_typed({text, size}); }

  // Only as the first element, where it tells the order: of no interest, as elements come in order anyway.
  bool visit_ext(const char*, std::uint32_t) {
    if (open_.empty() || open_.back().elements != 0) return false;
    ++open_.back().elements;
    open_.back().skip_next = open_.back().is_map;
    return true;
  }

  bool start_array(std::uint32_t count) { return start(false, count); }
  bool end_array() { return end(); }
  bool start_map(std::uint32_t count) { return start(true, count); }
  bool end_map() { return end(); }

  Value take() { return std::move(result_); }

 private:
  struct Open {
    bool is_map;
    bool skip_next = false;  // the value that belongs to the order of a map
    bool has_key = false;
    std::size_t elements = 0;
    List list{};
    Map map{};
  };

  // A count is only a claim: memory grows with what really follows.
  static constexpr std::uint32_t kMostReserved = 64;

  bool start(bool is_map, std::uint32_t count) {
    if (open_.size() == kMaxDepth) return false;
    auto& open = open_.emplace_back(Open{is_map});
    if (is_map) open.map.reserve(std::min(count, kMostReserved));
    else open.list.reserve(std::min(count, kMostReserved));
    return true;
  }

  bool end() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    return closed.is_map ? add(Value{std::move(closed.map)}) : add(Value{std::move(closed.list)});
  }

  bool visit_typed(std::string_view text) {
    if (text.empty()) return add(Value{Bytes{}});
    const auto type = static_cast<Particle>(text.front());
    std::string data{text.substr(1)};
    return type == Particle::String ? add(Value{std::move(data)}) : add(Value{Bytes{std::move(data)}});
  }

  bool add(Value value) {
    if (open_.empty()) {
      result_ = std::move(value);
      return true;
    }
    auto& open = open_.back();
    ++open.elements;
    if (open.skip_next) {
      open.skip_next = false;
    } else if (!open.is_map) {
      open.list.push_back(std::move(value));
    } else if (!open.has_key) {
      open.map.emplace_back(std::move(value), Value{});
      open.has_key = true;
    } else {
      open.map.back().second = std::move(value);
      open.has_key = false;
    }
    return true;
  }

  std::vector<Open> open_;
  Value result_;
};

}  // namespace

Particle particle_of(const Value& value) {
  static constexpr Particle kByIndex[] = {Particle::Nil,    Particle::Bool,  Particle::Integer, Particle::Double,
                                          Particle::String, Particle::Bytes, Particle::CdtList,    Particle::CdtMap};
  static_assert(std::size(kByIndex) == std::variant_size_v<Value::Variant>);
  return kByIndex[value.variant().index()];
}

void append_particle(std::string& out, const Value& value) {
  struct Append {
    std::string& to;
    const Value& whole;
    void operator()(std::monostate) const {}
    void operator()(bool v) const { to.push_back(v ? 1 : 0); }
    void operator()(std::int64_t v) const { append_big(to, static_cast<std::uint64_t>(v)); }
    void operator()(double v) const { append_big(to, std::bit_cast<std::uint64_t>(v)); }
    void operator()(const std::string& v) const { to.append(v); }
    void operator()(const Bytes& v) const { to.append(v.data); }
    void operator()(const List&) const { pack(to, whole); }
    void operator()(const Map&) const { pack(to, whole); }
  };
  std::visit(Append{out, value}, value.variant());
}

Result<Value> parse_particle(std::uint8_t particle, std::string_view bytes) {
  switch (static_cast<Particle>(particle)) {
    case Particle::Nil: return bytes.empty() ? Result<Value>{Value{}} : bad_value();
    case Particle::Integer:
      if (bytes.size() != 8) return bad_value();
      return Value{static_cast<std::int64_t>(load_big<std::uint64_t>(bytes.data()))};
    case Particle::Double:
      if (bytes.size() != 8) return bad_value();
      return Value{std::bit_cast<double>(load_big<std::uint64_t>(bytes.data()))};
    case Particle::Bool:
      if (bytes.size() != 1) return bad_value();
      return Value{bytes[0] != 0};
    case Particle::String: return Value{bytes};
    case Particle::CdtMap:
    case Particle::CdtList: {
      auto value = unpack(bytes);
      const bool fits = value && particle_of(*value) == static_cast<Particle>(particle);
      return fits || !value ? std::move(value) : bad_value();
    }
    case Particle::Bytes: break;
  }
  return Value{Bytes{std::string(bytes)}};
}

void pack(std::string& out, const Value& value) { std::visit(PackVisitor{out}, value.variant()); }

void pack_integer(std::string& out, std::int64_t number) {
  StringSink sink{out};
  Packer{sink}.pack_int64(number);
}

void pack_count(std::string& out, std::uint64_t number) {
  StringSink sink{out};
  Packer{sink}.pack_uint64(number);
}

// The library would turn 2.0 into the integer 2, which is another type here.
void pack_double(std::string& out, double number) {
  out.push_back('\xcb');
  append_big(out, std::bit_cast<std::uint64_t>(number));
}

void pack_list_header(std::string& out, std::size_t elements) {
  StringSink sink{out};
  Packer{sink}.pack_array(static_cast<std::uint32_t>(elements));
}

void pack_name(std::string& out, std::string_view name) {
  StringSink sink{out};
  Packer packer{sink};
  packer.pack_str(static_cast<std::uint32_t>(name.size()));
  packer.pack_str_body(name.data(), static_cast<std::uint32_t>(name.size()));
}

Result<Value> unpack(std::string_view bytes) {
  UnpackVisitor visitor;
  std::size_t parsed = 0;
  if (bytes.empty() || !msgpack::parse(bytes.data(), bytes.size(), parsed, visitor) || parsed != bytes.size()) {
    return bad_value();
  }
  return visitor.take();
}

}  // namespace qm::aerospike
