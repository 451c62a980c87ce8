#include "platform/service/service_config.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "platform/core/temp_dir.hpp"
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

TEST(CompleteConfig, TakesTlsWholeOrNotAtAll) {
  const TempDir dir;
  const std::string file = (dir.path() / "some.pem").string(), missing = (dir.path() / "no.pem").string();
  std::ofstream{file} << "some";
  struct Case { bool enabled; std::string ca, certificate, key; const char* complaint; };
  const Case cases[] = {{false, "", "", "", nullptr},
                        {true, "", "", "", nullptr},
                        {true, file, "", "", nullptr},
                        {true, file, file, file, nullptr},
                        {false, file, "", "", "AEROSPIKE_TLS "},
                        {false, "", file, file, "AEROSPIKE_TLS "},
                        {true, missing, "", "", "AEROSPIKE_TLS_CA_FILE"},
                        {true, "", missing, file, "AEROSPIKE_TLS_CERT_FILE"},
                        {true, "", file, missing, "AEROSPIKE_TLS_KEY_FILE"},
                        {true, "", file, "", "go together"},
                        {true, "", "", file, "go together"}};
  for (const auto& c : cases) {
    ServiceConfig config = config_of("development", "");
    config.aerospike_host = "db1";
    config.aerospike_tls = {c.enabled, c.ca, c.certificate, c.key, ""};
    const auto completed = complete_config(config);
    EXPECT_EQ(completed.has_value(), c.complaint == nullptr) << c.ca << c.certificate << c.key;
    if (!completed && c.complaint != nullptr)
      EXPECT_NE(completed.error().detail.find(c.complaint), std::string::npos) << completed.error().detail;
  }
}

// The environment of this process, for as long as it lives.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~EnvironmentVariable() { ::unsetenv(name_); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
};

TEST(ServiceOptions, ReadTlsFromFlagsAndEnvironment) {
  const auto tls_of = [](std::vector<const char*> arguments) {
    ServiceConfig config;
    config::Options options{"service", "A service."};
    add_service_options(options, config, "SOME");
    arguments.insert(arguments.begin(), "service");
    EXPECT_EQ(options.parse(static_cast<int>(arguments.size()), arguments.data()), -1);
    return config.aerospike_tls;
  };
  EXPECT_FALSE(tls_of({}).enabled);
  EXPECT_TRUE(tls_of({"--aerospike-tls"}).enabled);
  {
    const EnvironmentVariable off{"AEROSPIKE_TLS", "0"};
    EXPECT_FALSE(tls_of({}).enabled);
  }
  const EnvironmentVariable on{"AEROSPIKE_TLS", "1"}, ca{"AEROSPIKE_TLS_CA_FILE", "ca.pem"},
      certificate{"AEROSPIKE_TLS_CERT_FILE", "cert.pem"}, key{"AEROSPIKE_TLS_KEY_FILE", "key.pem"},
      name{"AEROSPIKE_TLS_NAME", "cluster.example"};
  const auto tls = tls_of({"--aerospike-tls-key-file", "other.pem"});
  EXPECT_TRUE(tls.enabled);
  EXPECT_EQ(tls.ca_file, "ca.pem");
  EXPECT_EQ(tls.certificate_file, "cert.pem");
  EXPECT_EQ(tls.key_file, "other.pem");
  EXPECT_EQ(tls.server_name, "cluster.example");
}

}  // namespace
}  // namespace qm::service
