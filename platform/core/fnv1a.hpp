// FNV-1a with 64 bits (Fowler, Noll, Vo): a hash that is the same in every process and on every machine, for
// names and versions that are kept. No protection against whoever chooses what is hashed.
#pragma once
#include <cstdint>
#include <string_view>

namespace qm {

inline constexpr std::uint64_t kFnv1aStart = 0xcbf29ce484222325ULL;

// Goes on from `hash`, so that several texts give one hash: that of them all in a row.
constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = kFnv1aStart) noexcept {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace qm
