#include "RecoEngine-featurestore/config.hpp"

#include <gtest/gtest.h>

#include "contracts/service_token.hpp"

namespace qm::reco {
namespace {

TEST(CheckConfig, ProductionInsistsOnASecretOfItsOwn) {
  struct Case { const char* env; std::string token; bool fits; };
  const Case cases[] = {{"development", "", true},
                        {"development", "short", true},
                        {"production", "", false},
                        {"production", "short", false},
                        {"production", std::string(31, 'x'), false},
                        {"production", std::string(32, 'x'), true},
                        {"production", std::string{contracts::kDevelopmentServiceToken}, false}};
  for (const auto& c : cases) {
    Config config;
    config.env = c.env;
    config.service_token = c.token;
    const auto checked = check_config(config);
    EXPECT_EQ(checked.has_value(), c.fits) << c.env << " " << c.token;
    if (!checked) {
      EXPECT_NE(checked.error().detail.find("SERVICE_TOKEN"), std::string::npos);
      if (!c.token.empty()) EXPECT_EQ(checked.error().detail.find(c.token), std::string::npos);
    }
  }
}

TEST(CheckConfig, RefusesANamespaceThatIsAPath) {
  for (const char* name : {"", "..", "../other", "a/b", ".hidden"}) {
    Config config;
    config.name_space = name;
    EXPECT_FALSE(check_config(config)) << name;
  }
}

TEST(AllowedOrigins, AreAnyInDevelopmentAndNoneInProduction) {
  Config config;
  EXPECT_EQ(config.allowed_origins(), std::vector<std::string>{"*"});
  config.env = "production";
  EXPECT_TRUE(config.allowed_origins().empty());
  config.cors_origins = "https://a.example,https://b.example";
  EXPECT_EQ(config.allowed_origins(), (std::vector<std::string>{"https://a.example", "https://b.example"}));
}

}  // namespace
}  // namespace qm::reco
