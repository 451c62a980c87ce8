#include "QuickMart-backend/config.hpp"

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

const std::string kSecret(32, 'q');

TEST(ShopConfig, ProductionInsistsOnSecretsOfItsOwn) {
  struct Case {
    const char* env;
    std::string jwt_secret, service_token;
    const char* says;  // nullptr: fits
  };
  const Case cases[] = {{"development", "", "", nullptr},
                        {"development", kSecret, "short", nullptr},
                        {"development", "zu kurz", "", "JWT_SECRET"},
                        {"production", kSecret, kSecret, nullptr},
                        {"production", "", kSecret, "JWT_SECRET"},
                        {"production", "zu kurz", kSecret, "JWT_SECRET"},
                        {"production", std::string(31, 'q'), kSecret, "JWT_SECRET"},
                        {"production", std::string{kDevelopmentJwtSecret}, kSecret, "JWT_SECRET"},
                        {"production", kSecret, "", "SERVICE_TOKEN"},
                        {"production", kSecret, "zu kurz", "SERVICE_TOKEN"}};
  for (const Case& c : cases) {
    Config config;
    config.env = c.env;
    config.jwt_secret = c.jwt_secret;
    config.service_token = c.service_token;
    const auto completed = complete_config(config);
    ASSERT_EQ(completed.has_value(), c.says == nullptr) << c.env << " " << c.jwt_secret << " " << c.service_token;
    if (completed) {
      EXPECT_GE(config.jwt_secret.size(), service::kMinSecretBytes);
      continue;
    }
    const std::string& sentence = completed.error().detail;
    EXPECT_NE(sentence.find(c.says), std::string::npos) << sentence;
    for (const std::string& secret : {c.jwt_secret, c.service_token})
      if (!secret.empty()) EXPECT_EQ(sentence.find(secret), std::string::npos) << sentence;
  }
}

TEST(ShopConfig, APaymentGatewayNeedsWhatItNeeds) {
  struct Case {
    const char* env;
    const char* gateway;
    const char* url;
    std::string secret, key;
    const char* becomes;
    const char* says;  // nullptr: fits
  };
  const Case cases[] = {
      {"development", "auto", "", "", "", "local", nullptr},
      {"development", "auto", "http://127.0.0.1:9", "", "", "sandbox", nullptr},
      {"development", "sandbox", "", "", "", "sandbox", nullptr},
      {"development", "local", "http://127.0.0.1:9", "", "", "", "PAYMENT_GATEWAY_URL"},
      {"development", "sandbox", "", "brief", "", "", "PAYMENT_WEBHOOK_SECRET"},
      {"development", "stripe", "", "", "", "", "STRIPE_SECRET_KEY"},
      {"development", "stripe", "", "", "pk_test_public", "", "STRIPE_SECRET_KEY"},
      {"development", "stripe", "", "", "sk_test_secret", "stripe", nullptr},
      {"production", "auto", "", "", "", "local", nullptr},
      {"production", "sandbox", "", "", "", "", "PAYMENT_WEBHOOK_SECRET"},
      {"production", "sandbox", "", std::string{service::kDevelopmentWebhookSecret}, "", "", "PAYMENT_WEBHOOK_SECRET"},
      {"production", "sandbox", "", kSecret, "", "sandbox", nullptr},
      {"production", "stripe", "", kSecret, "rk_live_secret", "stripe", nullptr},
      {"production", "stripe", "http://127.0.0.1:9", kSecret, "sk_live_secret", "", "https"},
  };
  for (const Case& c : cases) {
    Config config;
    config.env = c.env;
    config.jwt_secret = config.service_token = kSecret;
    config.payment_gateway = c.gateway;
    config.payment_gateway_url = c.url;
    config.payment_webhook_secret = c.secret;
    config.stripe_secret_key = c.key;
    const auto completed = complete_config(config);
    const std::string where = std::string{c.env} + " " + c.gateway + " " + c.url;
    ASSERT_EQ(completed.has_value(), c.says == nullptr) << where;
    if (completed) {
      EXPECT_EQ(config.payment_gateway, c.becomes) << where;
      continue;
    }
    const std::string sentence = completed.error().detail;
    EXPECT_NE(sentence.find(c.says), std::string::npos) << sentence;
    for (const std::string& secret : {c.secret, c.key})
      if (!secret.empty()) EXPECT_EQ(sentence.find(secret), std::string::npos) << sentence;
  }
}

TEST(ShopConfig, TakesFlags) {
  const char* arguments[] = {"quickmart-backend",  "--port",      "0",    "--reco-engine-url",
                             "http://127.0.0.1:9", "--namespace", "other",
                             "--order-lease",      "1500"};
  Config config;
  ASSERT_EQ(read_config(static_cast<int>(std::size(arguments)), arguments, config), -1);
  EXPECT_EQ(config.port, 0);
  EXPECT_EQ(config.name_space, "other");
  EXPECT_EQ(config.order_lease_ms.count(), 1'500);
  EXPECT_EQ(config.reco_engine_url, "http://127.0.0.1:9");
}

TEST(ShopConfig, ListensOnTheContractsPortAndNamespaceUnlessTold) {
  const Config config;
  EXPECT_EQ(config.port, 3010);
  EXPECT_EQ(config.name_space, "quick_mart");
}

}  // namespace
}  // namespace qm::shop
