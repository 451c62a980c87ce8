#include "platform/security/standard_webhook.hpp"

#include <gtest/gtest.h>

namespace qm::security {
namespace {

Timestamp seconds(std::int64_t count) { return Timestamp{std::chrono::seconds{count}}; }

// Computed with: printf '%s' ID.SECONDS.BODY | openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY -binary | base64
TEST(StandardWebhook, SignsAsTheSpecificationSays) {
  EXPECT_EQ(sign_standard_webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                  seconds(1'614'265'330), R"({"test": 2432232314})")
                .value(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_EQ(sign_standard_webhook("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "msg_1",
                                  seconds(1'700'000'000) + std::chrono::milliseconds{999},
                                  R"({"type":"order.paid","data":{"name":"Zoë"}})")
                .value(),
            "v1,VhX4yr68x395l+eIeaG63YsD1UoibLBPq7qYcjzEZJo=");
}

TEST(StandardWebhook, RefusesWhatIsNoSecret) {
  for (const char* secret : {"", "whsec_", "AAECAwQF", "whsec_not base 64!", "whsec_AAE"})
    EXPECT_FALSE(sign_standard_webhook(secret, "msg_1", seconds(1), "{}")) << secret;
}

TEST(StandardWebhook, MakesSecretsThatSign) {
  const std::string one = make_webhook_secret();
  EXPECT_NE(one, make_webhook_secret());
  EXPECT_TRUE(one.starts_with("whsec_"));
  EXPECT_EQ(one.size(), 6u + 44u);
  EXPECT_TRUE(sign_standard_webhook(one, "msg_1", seconds(1), "{}"));
}

}  // namespace
}  // namespace qm::security
