// The server's name for a record: 20 bytes, made of the set and the key. Pure; thread-safe.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace qm::aerospike {

using Digest = std::array<std::uint8_t, 20>;

inline constexpr std::uint32_t kPartitions = 4096;

// RIPEMD-160 of the set, the byte 0x03 (the key is a string) and the id.
Digest digest_of(std::string_view set, std::string_view id);

// The partition a record lies in, 0…4095: the low 12 bits of the digest's first two bytes, little endian.
constexpr std::uint32_t partition_of(const Digest& digest) {
  return (digest[0] | std::uint32_t{digest[1]} << 8) & (kPartitions - 1);
}

}  // namespace qm::aerospike
