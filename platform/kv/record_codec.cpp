#include "platform/kv/record_codec.hpp"

#include <bit>
#include <msgpack.hpp>
#include <utility>

#include "platform/kv/record_change.hpp"

namespace qm::kv {

namespace {

constexpr char kRecordFormat = 1;

struct TextBuffer {
  std::string text;
  void write(const char* bytes, std::size_t size) { text.append(bytes, size); }
};

struct Packer : msgpack::packer<TextBuffer> {
  explicit Packer(TextBuffer& b) : packer(b), buffer(b) {}
  TextBuffer& buffer;
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

// Reads what the packer wrote, straight into values: the library would make a tree of its own objects first, and every
// record that is read comes through here. Of other bytes it reads something, never past
// the end, and failed() says so.
class Unpacker {
 public:
  explicit Unpacker(std::string_view in) : in_(in) {}

  bool done() const { return in_.empty(); }
  bool failed() const { return failed_; }

  std::int64_t integer() {
    const std::uint8_t head = byte();
    if (head < 0x80) return head;
    if (head >= 0xe0) return static_cast<std::int8_t>(head);
    switch (head) {
      case 0xcc: return static_cast<std::int64_t>(number(1));
      case 0xcd: return static_cast<std::int64_t>(number(2));
      case 0xce: return static_cast<std::int64_t>(number(4));
      case 0xcf: {
        const std::uint64_t value = number(8);
        return std::in_range<std::int64_t>(value) ? static_cast<std::int64_t>(value) : fail();
      }
      case 0xd0: return static_cast<std::int8_t>(number(1));
      case 0xd1: return static_cast<std::int16_t>(number(2));
      case 0xd2: return static_cast<std::int32_t>(number(4));
      case 0xd3: return static_cast<std::int64_t>(number(8));
      default: return fail();
    }
  }

  // How many elements follow. Each is a byte at least, so there are never more than bytes.
  std::size_t array_size() {
    const std::uint8_t head = byte();
    if ((head & 0xf0) == 0x90) return counted(head & 0x0f);
    return counted(head == 0xdc ? number(2) : head == 0xdd ? number(4) : static_cast<std::uint64_t>(fail()));
  }
  std::size_t map_size() {
    const std::uint8_t head = byte();
    if ((head & 0xf0) == 0x80) return counted(head & 0x0f);
    return counted(head == 0xde ? number(2) : head == 0xdf ? number(4) : static_cast<std::uint64_t>(fail()));
  }

  void members(Map& map, std::size_t depth) {
    const std::size_t size = map_size();
    for (std::size_t i = 0; i < size && !failed_; ++i) {
      const std::string_view name = text();
      Value value = read(depth);
      // They were written in order; of a name that is there twice the first counts.
      map.emplace_hint(map.end(), name, std::move(value));
    }
  }

 private:
  Value read(std::size_t depth) {
    if (in_.empty()) return fail(), Value{};
    const auto head = static_cast<std::uint8_t>(in_.front());
    if ((head >= 0xa0 && head < 0xc0) || (head >= 0xd9 && head <= 0xdb)) return Value{std::string{text()}};
    if ((head >= 0x90 && head < 0xa0) || head == 0xdc || head == 0xdd) return list(depth);
    if ((head >= 0x80 && head < 0x90) || head == 0xde || head == 0xdf) return map(depth);
    switch (head) {
      case 0xc0: return byte(), Value{};
      case 0xc2: return byte(), Value{false};
      case 0xc3: return byte(), Value{true};
      case 0xc4:
      case 0xc5:
      case 0xc6: return byte(), Value{Bytes{std::string{part(number(std::size_t{1} << (head - 0xc4)))}}};
      case 0xcb: return byte(), Value{std::bit_cast<double>(number(8))};
      default: return Value{integer()};
    }
  }
  Value list(std::size_t depth) {
    constexpr std::size_t kReserved = 64;  // what is only announced must not ask for memory
    if (depth == 0) return fail(), Value{};
    const std::size_t size = array_size();
    List list;
    list.reserve(std::min(size, kReserved));
    for (std::size_t i = 0; i < size && !failed_; ++i) list.push_back(read(depth - 1));
    return Value{std::move(list)};
  }
  Value map(std::size_t depth) {
    if (depth == 0) return fail(), Value{};
    Map map;
    members(map, depth - 1);
    return Value{std::move(map)};
  }
  std::string_view text() {
    const std::uint8_t head = byte();
    if ((head & 0xe0) == 0xa0) return part(head & 0x1f);
    if (head >= 0xd9 && head <= 0xdb) return part(number(std::size_t{1} << (head - 0xd9)));
    return fail(), std::string_view{};
  }

  std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
  std::uint64_t number(std::size_t bytes) {
    if (in_.size() < bytes) return static_cast<std::uint64_t>(fail());
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<std::uint8_t>(in_[i]);
    in_.remove_prefix(bytes);
    return value;
  }
  std::string_view part(std::uint64_t size) {
    if (size > in_.size()) return fail(), std::string_view{};
    const std::string_view found = in_.substr(0, size);
    in_.remove_prefix(size);
    return found;
  }
  std::size_t counted(std::uint64_t count) { return count > in_.size() ? static_cast<std::size_t>(fail()) : count; }
  std::int64_t fail() {
    failed_ = true;
    in_ = {};
    return 0;
  }

  std::string_view in_;
  bool failed_ = false;
};

}  // namespace

std::string encode_record(const Record& record) {
  TextBuffer buffer;
  constexpr std::size_t kHeadBytes = 32;
  buffer.text.reserve(kHeadBytes + size_of(record.bins));
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
  return std::move(buffer.text);
}

namespace {

// What stands before the bins.
std::optional<Record> decode_head(std::string_view bytes, Unpacker& in) {
  if (bytes.empty() || bytes.front() != kRecordFormat) return std::nullopt;
  in = Unpacker{bytes.substr(1)};
  if (in.array_size() != 3) return std::nullopt;
  Record record;
  const std::int64_t generation = in.integer(), expires_ms = in.integer();
  if (in.failed() || !std::in_range<std::uint32_t>(generation)) return std::nullopt;
  record.generation = static_cast<std::uint32_t>(generation);
  if (expires_ms != 0) record.expires_at = Timestamp{std::chrono::milliseconds{expires_ms}};
  return record;
}

}  // namespace

std::optional<Record> decode_record(std::string_view bytes) {
  Unpacker in{{}};
  auto record = decode_head(bytes, in);
  if (!record) return std::nullopt;
  in.members(record->bins, kMaxDepth);
  if (in.failed() || !in.done()) return std::nullopt;
  return record;
}

bool has_expired(std::string_view bytes, Timestamp now) {
  Unpacker in{{}};
  const auto head = decode_head(bytes, in);
  return head && !is_live(head, now);
}

}  // namespace qm::kv
