#include "platform/security/hmac.hpp"

#include <sodium.h>

namespace qm::security {

std::string hmac_sha256(std::string_view key, std::string_view text) {
  const auto bytes = [](std::string_view view) { return reinterpret_cast<const unsigned char*>(view.data()); };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  unsigned char tag[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, tag);
  std::string encoded(sodium_base64_encoded_len(sizeof tag, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), tag, sizeof tag, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  encoded.pop_back();  // libsodium counts the terminating zero
  return encoded;
}

}  // namespace qm::security
