#include "platform/security/webhook_signature.hpp"

#include <gtest/gtest.h>

namespace qm::security {
namespace {

using namespace std::chrono_literals;
using enum SignatureVerdict;

constexpr std::string_view kHookSecret = "whsec_test_secret";
constexpr std::string_view kHookBody = R"({"id":"evt_1"})";
constexpr Timestamp kAt{1'700'000'000s};

// Computed with openssl: printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test_secret
constexpr std::string_view kKnown = "248a374f50f943a28b0f6ab50faf9a7e7e29b710fa26df9fb1618b9bf8ea9c9a";

std::string known(std::string_view signature = kKnown) { return "t=1700000000,v1=" + std::string{signature}; }

TEST(WebhookSignature, IsTheHmacOfTimeAndBody) {
  EXPECT_EQ(sign_webhook(kHookSecret, kHookBody, kAt + 999ms), known());
}

TEST(WebhookSignature, IsCheckedInEveryPart) {
  struct Case {
    const char* what;
    std::string header;
    std::string_view body;
    Timestamp now;
    SignatureVerdict verdict;
  };
  std::string other{kKnown};
  other.back() = other.back() == '0' ? '1' : '0';
  const Case cases[] = {
      {"fresh", known(), kHookBody, kAt, good},
      {"at the edge", known(), kHookBody, kAt + 300s, good},
      {"from a clock ahead", known(), kHookBody, kAt - 300s, good},
      {"replayed later", known(), kHookBody, kAt + 301s, too_old},
      {"of the future", known(), kHookBody, kAt - 301s, too_new},
      {"another body", known(), R"({"id":"evt_2"})", kAt, wrong},
      {"another signature", known(other), kHookBody, kAt, wrong},
      {"a part of it", known(kKnown.substr(0, 63)), kHookBody, kAt, wrong},
      {"a time that was not signed", "t=1700000001,v1=" + std::string{kKnown}, kHookBody, kAt, wrong},
      {"the second of two secrets", "t=1700000000,v1=" + other + ",v1=" + std::string{kKnown}, kHookBody, kAt, good},
      {"a scheme of tests beside it", "t=1700000000,v0=abc,v1=" + std::string{kKnown}, kHookBody, kAt, good},
      {"only another scheme", "t=1700000000,v0=" + std::string{kKnown}, kHookBody, kAt, malformed},
      {"no time", "v1=" + std::string{kKnown}, kHookBody, kAt, malformed},
      {"two times", "t=1700000000,t=1700000000,v1=" + std::string{kKnown}, kHookBody, kAt, malformed},
      {"no number", "t=17000x,v1=" + std::string{kKnown}, kHookBody, kAt, malformed},
      {"out of all time", "t=9223372036854775807,v1=" + std::string{kKnown}, kHookBody, kAt, malformed},
      {"nothing", "", kHookBody, kAt, malformed},
      {"far too long", known() + std::string(5'000, ','), kHookBody, kAt, malformed},
  };
  for (const Case& c : cases) EXPECT_EQ(check_webhook(kHookSecret, c.header, c.body, c.now, 300s), c.verdict) << c.what;
  EXPECT_EQ(check_webhook("another secret", known(), kHookBody, kAt, 300s), wrong);
}

}  // namespace
}  // namespace qm::security
