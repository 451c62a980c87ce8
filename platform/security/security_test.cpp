#include <gtest/gtest.h>
#include <jwt.h>
#include <sodium.h>

#include <set>

#include "platform/security/hmac.hpp"
#include "platform/security/jwt.hpp"
#include "platform/security/password.hpp"

namespace qm::security {
namespace {

const std::string kSecret(40, 'k');
const Timestamp kNow{std::chrono::seconds{1'790'000'000}};

Claims claims() {
  return {"user_001", "a@example.com", "customer", "jti_1", "fam_1", kNow, kNow + std::chrono::minutes{15}};
}

std::string base64(std::string_view text) {
  std::string out(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.pop_back();
  return out;
}

// A token with any header and payload, rightly signed with our key.
std::string signed_token(std::string_view header, std::string_view payload, const std::string& key = kSecret) {
  const std::string text = base64(header) + "." + base64(payload);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, mac);
  return text + "." + base64({reinterpret_cast<const char*>(mac), sizeof mac});
}

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kPayload =
    R"({"email":"a@example.com","exp":1790000900,"family":"f","iat":1790000000,"iss":"shop","jti":"j","role":"customer","sub":"user_001"})";

TEST(Jwt, TakesItsOwnTokens) {
  const TokenSigner signer{kSecret, "shop"};
  const auto read = signer.verify(signer.sign(claims()), kNow);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->subject, "user_001");
  EXPECT_EQ(read->family, "fam_1");
  EXPECT_EQ(read->expires_at, claims().expires_at);
  EXPECT_TRUE(signer.verify(signed_token(kHeader, kPayload), kNow));
}

TEST(Jwt, RefusesEverythingElse) {
  const TokenSigner signer{kSecret, "shop"};
  const std::string good = signer.sign(claims());
  const std::string payload = base64(kPayload);
  struct Case { const char* what; std::string token; Timestamp at; };
  const Case cases[] = {
      {"empty", "", kNow},
      {"two dots", "..", kNow},
      {"garbage", "a.b.c", kNow},
      {"cut", good.substr(0, good.size() - 1), kNow},
      {"no signature", good.substr(0, good.rfind('.') + 1), kNow},
      {"huge", std::string(kMaxTokenBytes + 1, 'a'), kNow},
      {"embedded zero", good + std::string(1, '\0'), kNow},
      {"another key", TokenSigner{std::string(40, 'x'), "shop"}.sign(claims()), kNow},
      {"another issuer", TokenSigner{kSecret, "other"}.sign(claims()), kNow},
      {"expired", good, kNow + std::chrono::minutes{15}},
      {"from the future", good, kNow - std::chrono::minutes{2}},
      {"alg none", base64(R"({"alg":"none","typ":"JWT"})") + "." + payload + ".", kNow},
      {"alg none, signed", signed_token(R"({"alg":"none","typ":"JWT"})", kPayload), kNow},
      {"alg HS512 in name", signed_token(R"({"alg":"HS512","typ":"JWT"})", kPayload), kNow},
      {"no alg", signed_token(R"({"typ":"JWT"})", kPayload), kNow},
      {"another typ", signed_token(R"({"alg":"HS256","typ":"refresh"})", kPayload), kNow},
      {"no typ", signed_token(R"({"alg":"HS256"})", kPayload), kNow},
      {"no sub",
       signed_token(kHeader, R"({"iss":"shop","role":"customer","jti":"j","iat":1790000000,"exp":1790000900})"), kNow},
      {"no exp", signed_token(kHeader, R"({"iss":"shop","sub":"u","role":"customer","jti":"j","iat":1790000000})"),
       kNow},
      {"exp as text",
       signed_token(kHeader, R"({"iss":"shop","sub":"u","role":"customer","jti":"j","iat":1790000000,"exp":"never"})"),
       kNow},
      {"sub twice",
       signed_token(
           kHeader,
           R"({"iss":"shop","sub":"user_001","sub":"user_002","role":"customer","jti":"j","iat":1790000000,"exp":1790000900})"),
       kNow},
      {"alg twice", signed_token(R"({"alg":"none","alg":"HS256","typ":"JWT"})", kPayload), kNow},
      {"a fourth part", good + ".x", kNow},
      {"payload no object", signed_token(kHeader, "[]"), kNow},
  };
  for (const auto& c : cases) {
    const auto refused = signer.verify(c.token, c.at);
    ASSERT_FALSE(refused) << c.what;
    EXPECT_EQ(refused.error().kind, ErrorKind::Unauthenticated) << c.what;
  }
}

TEST(Jwt, NeedsALongSecret) { EXPECT_THROW(TokenSigner("short", "shop"), std::invalid_argument); }

TEST(Password, VerifiesOnlyTheRightOne) {
  const PasswordCost quick{1, 8 * 1024 * 1024};
  const std::string hash = hash_password("correct horse", quick);
  EXPECT_EQ(hash.rfind("$argon2id$", 0), 0u);
  EXPECT_TRUE(verify_password("correct horse", hash));
  EXPECT_FALSE(verify_password("correct horsf", hash));
  EXPECT_FALSE(verify_password("", hash));
  EXPECT_FALSE(verify_password("correct horse", "not a hash"));
  EXPECT_FALSE(verify_password("correct horse", std::string(500, 'x')));
  EXPECT_NE(hash, hash_password("correct horse", quick));
}

TEST(Secrets, AreRandomAndCompared) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(random_token(32)).second);
  EXPECT_EQ(random_token(32).size(), 43u);
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(equal_secret("abc", "abc"));
  EXPECT_FALSE(equal_secret("abc", "abd"));
  EXPECT_FALSE(equal_secret("abc", "abcd"));
}

// RFC 4231, cases 1, 2 and 6 (a key longer than a block).
TEST(Hmac, IsAsTheStandardHasIt) {
  const auto hex = [](const std::string& tag) {
    unsigned char raw[crypto_auth_hmacsha256_BYTES];
    std::size_t size = 0;
    EXPECT_EQ(sodium_base642bin(raw, sizeof raw, tag.data(), tag.size(), nullptr, &size, nullptr,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              0);
    std::string text(2 * size + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), raw, size);
    text.pop_back();
    return text;
  };
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace qm::security
