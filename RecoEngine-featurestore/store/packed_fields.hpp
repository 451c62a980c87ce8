// Small numbers and texts one after the other, in few bytes: variable-length integers (LEB128, signed ones zigzag) and
// texts behind their length. No names and no types: reader and writer follow one order.
#pragma once
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qm::reco {

class PackedWriter {
 public:
  explicit PackedWriter(std::string& out) : out_(out) {}

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) out_.push_back(static_cast<char>(bits >> shift));
  }
  void text(std::string_view value) {
    number(value.size());
    out_.append(value);
  }

 private:
  std::string& out_;
};

// Reads what a PackedWriter wrote; of anything else it reads something, never past the end, and failed() says so.
class PackedReader {
 public:
  explicit PackedReader(std::string_view in) : in_(in) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) break;
      const auto byte = static_cast<unsigned char>(in_.front());
      in_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  double real() {
    constexpr std::size_t kBytes = sizeof(double);
    if (in_.size() < kBytes) return static_cast<double>(fail());
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kBytes; ++i)
      bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(in_[i])) << (8 * i);
    in_.remove_prefix(kBytes);
    return std::bit_cast<double>(bits);
  }
  // Stays valid as long as the bytes do.
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > in_.size()) {
      fail();
      return {};
    }
    const std::string_view value = in_.substr(0, size);
    in_.remove_prefix(size);
    return value;
  }
  // How many of something follow, each at least a byte long: never more than there can be.
  std::size_t size() {
    const std::uint64_t count = number();
    return count > in_.size() ? static_cast<std::size_t>(fail()) : static_cast<std::size_t>(count);
  }

  bool done() const { return in_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::uint64_t fail() {
    failed_ = true;
    in_ = {};
    return 0;
  }

  std::string_view in_;
  bool failed_ = false;
};

}  // namespace qm::reco
