// Passwords and random secrets, through libsodium. Slow calls belong on the CpuPool. Thread-safe.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace qm::security {

struct PasswordCost {
  std::uint64_t passes = 2;
  std::size_t memory_bytes = 19 * 1024 * 1024;  // OWASP's first choice for Argon2id
};

// Argon2id in the PHC string format. Throws std::runtime_error when memory is short.
std::string hash_password(std::string_view password, PasswordCost cost = {});
bool verify_password(std::string_view password, const std::string& hash);

// `bytes` random bytes as URL-safe base 64 without padding.
std::string random_token(std::size_t bytes);
// SHA-256 as hex: how secrets are looked up without being stored.
std::string sha256_hex(std::string_view text);
// Of several texts that cannot run into each other: each is preceded by its length.
std::string sha256_hex(std::initializer_list<std::string_view> parts);
// In time that depends on the lengths only.
bool equal_secret(std::string_view a, std::string_view b) noexcept;

}  // namespace qm::security
