// Big-endian numbers to and from bytes. A Reader never reads past its end: once it had to, it stays failed and gives
// zeros and empty views, so callers may check once, before they use what they read. Thread-compatible.
#pragma once
#include <boost/endian/conversion.hpp>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace qm::aerospike {

template <std::unsigned_integral T>
void store_big(char* to, T number) {
  boost::endian::endian_store<T, sizeof(T), boost::endian::order::big>(reinterpret_cast<unsigned char*>(to), number);
}

template <std::unsigned_integral T>
T load_big(const char* from) {
  return boost::endian::endian_load<T, sizeof(T), boost::endian::order::big>(
      reinterpret_cast<const unsigned char*>(from));
}

template <std::unsigned_integral T>
void append_big(std::string& out, T number) {
  char text[sizeof(T)];
  store_big(text, number);
  out.append(text, sizeof text);
}

template <std::unsigned_integral T>
void append_little(std::string& out, T number) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral T>
  T number() {
    auto text = bytes(sizeof(T));
    return text.empty() ? T{0} : load_big<T>(text.data());
  }
  std::string_view bytes(std::size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  // What a u32 that includes `counted` bytes before the rest says: fields and operations are framed so.
  std::size_t length(std::uint32_t size, std::uint32_t counted) {
    if (size < counted) fail();
    return failed_ ? 0 : size - counted;
  }
  void fail() { bytes(rest_.size() + 1); }

  bool failed() const noexcept { return failed_; }
  bool at_end() const noexcept { return rest_.empty(); }
  std::size_t remaining() const noexcept { return rest_.size(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace qm::aerospike
