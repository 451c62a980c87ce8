#include "RecoEngine-featurestore/model/ubjson.hpp"

#include <bit>
#include <string>

namespace qm::reco::ubjson {

namespace {

// Bytes of a number of that type; 0 for what is no number.
std::size_t size_of(char type) {
  switch (type) {
    case 'i':
    case 'U':
      return 1;
    case 'I':
      return 2;
    case 'l':
    case 'd':
      return 4;
    case 'L':
    case 'D':
      return 8;
    default:
      return 0;
  }
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// `bytes` are as many as the type wants.
std::int64_t integer_of(char type, std::string_view bytes) {
  const std::uint64_t raw = big_endian(bytes);
  switch (type) {
    case 'i':
      return static_cast<std::int8_t>(raw);
    case 'I':
      return static_cast<std::int16_t>(raw);
    case 'l':
      return static_cast<std::int32_t>(raw);
    default:
      return static_cast<std::int64_t>(raw);
  }
}

double number_of(char type, std::string_view bytes) {
  if (type == 'd') return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(bytes)));
  if (type == 'D') return std::bit_cast<double>(big_endian(bytes));
  return static_cast<double>(integer_of(type, bytes));
}

class UbjsonReader {
 public:
  explicit UbjsonReader(std::string_view text) : text_(text) {}

  Result<Value> read() {
    Value value;
    const auto marker = take_byte();
    if (!marker || !read_value(*marker, 0, value)) return fault();
    if (at_ != text_.size()) return broken("there is more behind its end"), fault();
    return value;
  }

 private:
  bool broken(const char* what) {
    if (what_ == nullptr) what_ = what;
    return false;
  }
  Error fault() const {
    return rejected("The model is no UBJSON of XGBoost: " + std::string{what_} + ", at byte " + std::to_string(at_) +
                    ".");
  }

  std::optional<std::string_view> take(std::size_t size) {
    if (size > text_.size() - at_) return broken("it ends early"), std::nullopt;
    const auto taken = text_.substr(at_, size);
    at_ += size;
    return taken;
  }
  std::optional<char> take_byte() {
    const auto taken = take(1);
    return taken ? std::optional{taken->front()} : std::nullopt;
  }
  bool next_is(char wanted) const { return at_ < text_.size() && text_[at_] == wanted; }

  // A length or a count: an integer with its type before it. Never more than there are bytes.
  std::optional<std::size_t> take_size() {
    const auto type = take_byte();
    if (!type) return std::nullopt;
    if (size_of(*type) == 0 || *type == 'd' || *type == 'D') return broken("a size is no integer"), std::nullopt;
    const auto bytes = take(size_of(*type));
    if (!bytes) return std::nullopt;
    const std::int64_t size = integer_of(*type, *bytes);
    if (size < 0 || static_cast<std::uint64_t>(size) > text_.size()) {
      return broken("a size is out of range"), std::nullopt;
    }
    return static_cast<std::size_t>(size);
  }
  std::optional<std::string_view> take_text() {
    const auto size = take_size();
    return size ? take(*size) : std::nullopt;
  }

  bool read_value(char marker, std::size_t depth, Value& value) {
    if (++values_ > kMaxValues) return broken("it has too many values");
    switch (marker) {
      case 'Z':
        return true;
      case 'T':
      case 'F':
        return value.held = marker == 'T', true;
      case 'S':
        return read_text(value);
      case '[':
        return depth < kMaxDepth ? read_array(depth, value) : broken("it nests too deep");
      case '{':
        return depth < kMaxDepth ? read_object(depth, value) : broken("it nests too deep");
      default:
        break;
    }
    const std::size_t size = size_of(marker);
    if (size == 0) return broken("there is an unknown type");
    const auto bytes = take(size);
    if (!bytes) return false;
    if (marker == 'd' || marker == 'D') return value.held = number_of(marker, *bytes), true;
    return value.held = integer_of(marker, *bytes), true;
  }

  bool read_text(Value& value) {
    const auto text = take_text();
    if (text) value.held = *text;
    return text.has_value();
  }

  bool read_array(std::size_t depth, Value& value) {
    if (next_is('$')) return read_packed(value);
    std::optional<std::size_t> counted;
    if (next_is('#')) {
      ++at_;
      if (!(counted = take_size())) return false;
    }
    Array array;
    while (counted ? array.size() < *counted : !next_is(']')) {
      const auto marker = take_byte();
      if (!marker || !read_value(*marker, depth + 1, array.emplace_back())) return false;
    }
    if (!counted) ++at_;
    value.held = std::move(array);
    return true;
  }

  bool read_packed(Value& value) {
    ++at_;
    const auto type = take_byte();
    if (!type) return false;
    const std::size_t size = size_of(*type);
    if (size == 0) return broken("an array is of another type than numbers");
    if (!next_is('#')) return broken("a typed array has no count");
    ++at_;
    const auto numbers = take_size();
    if (!numbers) return false;
    if (*numbers > text_.size() / size) return broken("it ends early");
    const auto bytes = take(*numbers * size);
    if (bytes) value.held = Packed{*type, *bytes};
    return bytes.has_value();
  }

  bool read_object(std::size_t depth, Value& value) {
    Object object;
    while (!next_is('}')) {
      const auto name = take_text();
      const auto marker = name ? take_byte() : std::nullopt;
      if (!marker) return false;
      if (!read_value(*marker, depth + 1, object.emplace_back(Member{*name, {}}).value)) return false;
    }
    ++at_;
    value.held = std::move(object);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  const char* what_ = nullptr;  // the first thing that was wrong
};

}  // namespace

Result<Value> parse(std::string_view text) { return UbjsonReader{text}.read(); }

const Value* find(const Value& value, std::string_view name) {
  const auto* object = std::get_if<Object>(&value.held);
  if (object == nullptr) return nullptr;
  for (const Member& member : *object) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::size_t count(const Value& value) {
  if (const auto* packed = std::get_if<Packed>(&value.held)) return packed->bytes.size() / size_of(packed->type);
  const auto* array = std::get_if<Array>(&value.held);
  return array == nullptr ? 0 : array->size();
}

std::optional<double> number_at(const Value& list, std::size_t index) {
  if (index >= count(list)) return std::nullopt;
  if (const auto* packed = std::get_if<Packed>(&list.held)) {
    const std::size_t size = size_of(packed->type);
    return number_of(packed->type, packed->bytes.substr(index * size, size));
  }
  const auto& element = std::get<Array>(list.held)[index].held;
  if (const auto* integer = std::get_if<std::int64_t>(&element)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&element)) return *real;
  return std::nullopt;
}

}  // namespace qm::reco::ubjson
