#include "platform/security/standard_webhook.hpp"

#include <sodium.h>

#include <stdexcept>
#include <vector>

namespace qm::security {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 32;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

std::string to_base64(const unsigned char* bytes, std::size_t count) {
  std::string text(sodium_base64_encoded_len(count, kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, count, kBase64);
  text.pop_back();  // libsodium counts the terminating zero
  return text;
}

}  // namespace

std::string make_webhook_secret() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
  unsigned char random[kSecretBytes];
  randombytes_buf(random, sizeof random);
  std::string secret = std::string{kSecretPrefix} + to_base64(random, sizeof random);
  sodium_memzero(random, sizeof random);
  return secret;
}

Result<std::string> sign_standard_webhook(std::string_view secret, std::string_view id, Timestamp at,
                                          std::string_view body) {
  if (!secret.starts_with(kSecretPrefix)) return rejected("A webhook's secret begins with whsec_.");
  secret.remove_prefix(kSecretPrefix.size());
  std::vector<unsigned char> key(secret.size() + 1);
  std::size_t key_bytes = 0;
  const char* end = nullptr;
  const int failed =
      sodium_base642bin(key.data(), key.size(), secret.data(), secret.size(), nullptr, &key_bytes, &end, kBase64);
  if (failed != 0 || end != secret.data() + secret.size() || key_bytes == 0)
    return rejected("A webhook's secret is whsec_ and base 64.");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::string text{id};
  text.append(".").append(std::to_string(seconds)).append(".").append(body);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key_bytes);
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  unsigned char digest[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, digest);
  return "v1," + to_base64(digest, sizeof digest);
}

}  // namespace qm::security
