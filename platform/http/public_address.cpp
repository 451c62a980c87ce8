#include "platform/http/public_address.hpp"

#include <array>
#include <cstdint>

namespace qm::http {
namespace {

struct Block {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0) {
  return (a << 24) | (b << 16) | (c << 8);
}

constexpr std::array kNotPublic{
    Block{ip(0, 0), 8},       Block{ip(10, 0), 8},        Block{ip(100, 64), 10},     Block{ip(127, 0), 8},
    Block{ip(169, 254), 16},  Block{ip(172, 16), 12},     Block{ip(192, 0, 0), 24},   Block{ip(192, 0, 2), 24},
    Block{ip(192, 88, 99), 24}, Block{ip(192, 168), 16},  Block{ip(198, 18), 15},     Block{ip(198, 51, 100), 24},
    Block{ip(203, 0, 113), 24}, Block{ip(224, 0), 4},     Block{ip(240, 0), 4}};

bool is_public_v4(std::uint32_t address) noexcept {
  for (const Block& block : kNotPublic)
    if ((address ^ block.first) >> (32 - block.bits) == 0) return false;
  return true;
}

std::uint32_t v4_at(const boost::asio::ip::address_v6::bytes_type& bytes, std::size_t at) noexcept {
  std::uint32_t address = 0;
  for (std::size_t i = 0; i < 4; ++i) address = (address << 8) | bytes[at + i];
  return address;
}

bool is_public_v6(const boost::asio::ip::address_v6::bytes_type& bytes) noexcept {
  const auto starts_with = [&](std::initializer_list<int> prefix) {
    std::size_t i = 0;
    for (const int byte : prefix)
      if (bytes[i++] != byte) return false;
    return true;
  };
  if (starts_with({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return is_public_v4(v4_at(bytes, 12));  // mapped
  if (starts_with({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public_v4(v4_at(bytes, 12));  // NAT64
  if (starts_with({0x20, 0x02})) return is_public_v4(v4_at(bytes, 2));  // 6to4
  if ((bytes[0] & 0xe0) != 0x20) return false;                          // 2000::/3 is all that is given out
  if (starts_with({0x20, 0x01, 0x0d, 0xb8})) return false;              // documentation
  return !(starts_with({0x20, 0x01}) && bytes[2] < 2);                  // 2001::/23: Teredo, ORCHID, benchmarking
}

}  // namespace

bool is_public(const boost::asio::ip::address& address) noexcept {
  if (address.is_v4()) return is_public_v4(address.to_v4().to_uint());
  return is_public_v6(address.to_v6().to_bytes());
}

}  // namespace qm::http
