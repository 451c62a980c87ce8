#include "platform/kv/record_codec.hpp"

#include <bit>
#include <msgpack.hpp>

#include "platform/kv/record_change.hpp"

namespace qm::kv {

namespace {

constexpr char kRecordFormat = 1;

struct Packer : msgpack::packer<msgpack::sbuffer> {
  explicit Packer(msgpack::sbuffer& b) : packer(b), buffer(b) {}
  msgpack::sbuffer& buffer;
};

// The library would turn 2.0 into the integer 2, and the type is part of the value.
void pack_real(Packer& out, double real) {
  auto bits = std::bit_cast<std::uint64_t>(real);
  char text[9] = {'\xcb'};
  for (int i = 8; i >= 1; --i, bits >>= 8) text[i] = static_cast<char>(bits & 0xff);
  out.buffer.write(text, sizeof text);
}

void pack(Packer& out, const Value& value);

void pack_text(Packer& out, std::string_view text) {
  out.pack_str(static_cast<std::uint32_t>(text.size()));
  out.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

struct PackValue {
  Packer& out;
  void operator()(std::monostate) const { out.pack_nil(); }
  void operator()(bool v) const { v ? out.pack_true() : out.pack_false(); }
  void operator()(std::int64_t v) const { out.pack_int64(v); }
  void operator()(double v) const { pack_real(out, v); }
  void operator()(const std::string& v) const { pack_text(out, v); }
  void operator()(const Bytes& v) const {
    out.pack_bin(static_cast<std::uint32_t>(v.data.size()));
    out.pack_bin_body(v.data.data(), static_cast<std::uint32_t>(v.data.size()));
  }
  void operator()(const List& v) const {
    out.pack_array(static_cast<std::uint32_t>(v.size()));
    for (const auto& element : v) pack(out, element);
  }
  void operator()(const Map& v) const {
    out.pack_map(static_cast<std::uint32_t>(v.size()));
    for (const auto& [key, element] : v) {
      pack_text(out, key);
      pack(out, element);
    }
  }
};

void pack(Packer& out, const Value& value) { std::visit(PackValue{out}, value.variant()); }

Value unpack(const msgpack::object& object) {
  switch (object.type) {
    case msgpack::type::BOOLEAN: return Value{object.via.boolean};
    case msgpack::type::POSITIVE_INTEGER:
    case msgpack::type::NEGATIVE_INTEGER: return Value{object.as<std::int64_t>()};
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: return Value{object.via.f64};
    case msgpack::type::STR: return Value{std::string(object.via.str.ptr, object.via.str.size)};
    case msgpack::type::BIN: return Value{Bytes{std::string(object.via.bin.ptr, object.via.bin.size)}};
    case msgpack::type::ARRAY: {
      List list;
      list.reserve(object.via.array.size);
      for (std::uint32_t i = 0; i < object.via.array.size; ++i) list.push_back(unpack(object.via.array.ptr[i]));
      return Value{std::move(list)};
    }
    case msgpack::type::MAP: {
      Map map;
      for (std::uint32_t i = 0; i < object.via.map.size; ++i) {
        const auto& [key, value] = object.via.map.ptr[i];
        map.emplace(key.as<std::string>(), unpack(value));
      }
      return Value{std::move(map)};
    }
    default: return Value{};
  }
}

}  // namespace

std::string encode_record(const Record& record) {
  msgpack::sbuffer buffer;
  buffer.write(&kRecordFormat, 1);
  Packer out{buffer};
  out.pack_array(3);
  out.pack_uint32(record.generation);
  out.pack_int64(record.expires_at ? record.expires_at->time_since_epoch().count() : 0);
  out.pack_map(static_cast<std::uint32_t>(record.bins.size()));
  for (const auto& [name, value] : record.bins) {
    pack_text(out, name);
    pack(out, value);
  }
  return {buffer.data(), buffer.size()};
}

std::optional<Record> decode_record(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kRecordFormat) return std::nullopt;
  try {
    // No element is shorter than a byte, so no list is longer than the text: broken lengths must not ask for memory.
    const std::size_t most = bytes.size();
    const msgpack::unpack_limit limit{most, most, most, most, most, kMaxDepth + 2};
    std::size_t end = 1;
    const auto handle = msgpack::unpack(bytes.data(), bytes.size(), end, nullptr, nullptr, limit);
    if (end != bytes.size()) return std::nullopt;
    const auto& root = handle.get();
    if (root.type != msgpack::type::ARRAY || root.via.array.size != 3) return std::nullopt;
    const auto* parts = root.via.array.ptr;
    Record record;
    record.generation = parts[0].as<std::uint32_t>();
    const auto expires_ms = parts[1].as<std::int64_t>();
    if (expires_ms != 0) record.expires_at = Timestamp{std::chrono::milliseconds{expires_ms}};
    if (parts[2].type != msgpack::type::MAP) return std::nullopt;
    for (std::uint32_t i = 0; i < parts[2].via.map.size; ++i) {
      const auto& [name, value] = parts[2].via.map.ptr[i];
      record.bins.emplace(name.as<std::string>(), unpack(value));
    }
    return record;
  } catch (const std::exception&) {  // msgpack tells broken input by throwing
    return std::nullopt;
  }
}

}  // namespace qm::kv
