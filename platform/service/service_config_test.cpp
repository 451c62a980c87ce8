#include "platform/service/service_config.hpp"

#include <gtest/gtest.h>

#include "platform/service/cluster_nodes.hpp"

namespace qm::service {
namespace {

ServiceConfig config_of(const std::string& env, const std::string& token) {
  ServiceConfig config;
  config.name_space = "some_space";
  config.env = env;
  config.service_token = token;
  return config;
}

TEST(CompleteConfig, ProductionInsistsOnASecretOfItsOwn) {
  struct Case { const char* env; std::string token; bool fits; };
  const Case cases[] = {{"development", "", true},
                        {"development", "short", true},
                        {"production", "", false},
                        {"production", "little", false},
                        {"production", std::string(31, 'x'), false},
                        {"production", std::string(32, 'x'), true},
                        {"production", std::string{kDevelopmentServiceToken}, false}};
  for (const auto& c : cases) {
    ServiceConfig config = config_of(c.env, c.token);
    const auto completed = complete_config(config);
    EXPECT_EQ(completed.has_value(), c.fits) << c.env << " " << c.token;
    if (completed) continue;
    EXPECT_NE(completed.error().detail.find("SERVICE_TOKEN"), std::string::npos);
    if (!c.token.empty()) EXPECT_EQ(completed.error().detail.find(c.token), std::string::npos);
  }
}

TEST(CompleteConfig, RefusesANamespaceThatIsAPath) {
  for (const char* name : {"", "..", "../other", "a/b", ".hidden"}) {
    ServiceConfig config = config_of("development", "");
    config.name_space = name;
    EXPECT_FALSE(complete_config(config)) << name;
  }
}

TEST(CompleteConfig, FillsInWhatWasLeftOpen) {
  ServiceConfig config = config_of("development", "");
  ASSERT_TRUE(complete_config(config));
  EXPECT_EQ(config.service_token, kDevelopmentServiceToken);
  EXPECT_GE(config.threads, 1);
  EXPECT_FALSE(config.swagger_dir.empty());
}

TEST(AllowedOrigins, AreAnyInDevelopmentAndNoneInProduction) {
  ServiceConfig config;
  EXPECT_EQ(config.allowed_origins(), std::vector<std::string>{"*"});
  config.env = "production";
  EXPECT_TRUE(config.allowed_origins().empty());
  config.cors_origins = "https://a.example,https://b.example";
  EXPECT_EQ(config.allowed_origins(), (std::vector<std::string>{"https://a.example", "https://b.example"}));
}

TEST(ClusterNodes, AreReadAsTheyAreWritten) {
  using Nodes = std::vector<aerospike::Endpoint>;
  struct Case { const char* text; Nodes nodes; };
  const Case cases[] = {{"db1", {{"db1", 3000}}},
                        {"db1:3100", {{"db1", 3100}}},
                        {" db1 , 10.0.0.2:4000,", {{"db1", 3000}, {"10.0.0.2", 4000}}},
                        {"[::1],[fe80::2]:3100", {{"::1", 3000}, {"fe80::2", 3100}}}};
  for (const auto& c : cases) {
    const auto nodes = parse_cluster_nodes(c.text, 3000);
    ASSERT_TRUE(nodes) << c.text;
    EXPECT_EQ(*nodes, c.nodes) << c.text;
  }
  for (const char* bad : {"", " , ", "db1:", "db1:0", "db1:65536", "db1:x", ":3000", "[::1", "[::1]3000", "a b", "::1"})
    EXPECT_FALSE(parse_cluster_nodes(bad, 3000)) << bad;
  ServiceConfig config = config_of("development", "");
  config.aerospike_host = "db1:x";
  const auto completed = complete_config(config);
  ASSERT_FALSE(completed);
  EXPECT_NE(completed.error().detail.find("AEROSPIKE_HOST"), std::string::npos);
  EXPECT_NE(completed.error().detail.find("db1:x"), std::string::npos);
}

}  // namespace
}  // namespace qm::service
