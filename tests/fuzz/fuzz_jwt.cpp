// Whatever arrives as a bearer token: no crash, and nothing but our own tokens is taken.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/security/jwt.hpp"

namespace {

using qm::security::Claims;
using qm::security::TokenSigner;

constexpr qm::Timestamp kNow{std::chrono::seconds{1'790'000'000}};

const TokenSigner& signer() {
  static const TokenSigner only{std::string(40, 'k'), "shop"};
  return only;
}

const std::string& good_token() {
  static const std::string token =
      signer().sign({"user_001", "a@example.com", "customer", "jti_1", "fam_1", kNow, kNow + std::chrono::minutes{15}});
  return token;
}

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  must(!signer().verify(input, kNow) || input == good_token());

  // One byte of a good token exchanged: an attack that knows a token. The last character of a part may carry unused
  // bits, so another spelling of the same bytes is no forgery: then the claims must be the same.
  if (size < 3) return 0;
  std::string changed = good_token();
  changed[(static_cast<std::size_t>(data[0]) << 8 | data[1]) % changed.size()] = static_cast<char>(data[2]);
  const auto taken = signer().verify(changed, kNow);
  must(!taken || (taken->subject == "user_001" && taken->role == "customer" && taken->token_id == "jti_1"));
  return 0;
}
