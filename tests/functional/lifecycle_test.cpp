// Starting, refusing to start, stopping.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

const char* const kPrograms[] = {"quickmart-backend", "reco-engine"};

TEST(Lifecycle, HelpListsEveryOption) {
  for (const char* program : kPrograms) {
    const Finished help = run_to_end(program, {"--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const char* word : {"--port", "--data-dir", "--threads", "--service-token", "NODE_ENV", "--log-level"}) {
      EXPECT_NE(help.output.find(word), std::string::npos) << program << " " << word;
    }
  }
}

TEST(Lifecycle, AWrongOptionIsExplained) {
  for (const char* program : kPrograms) {
    const Finished wrong = run_to_end(program, {"--port", "70000"});
    EXPECT_EQ(wrong.exit_code, 2) << wrong.output;
    EXPECT_NE(wrong.output.find("port"), std::string::npos);
  }
}

TEST(Lifecycle, ProductionRefusesMissingOrShortSecrets) {
  TempDir dir;
  const std::string secret(40, 's');
  struct Case { const char* program; std::vector<std::string> arguments; const char* says; };
  const Case cases[] = {
      {"quickmart-backend", {"--service-token", secret}, "JWT_SECRET"},
      {"quickmart-backend", {"--jwt-secret", "short", "--service-token", secret}, "JWT_SECRET"},
      {"quickmart-backend", {"--jwt-secret", secret}, "SERVICE_TOKEN"},
      {"reco-engine", {}, "SERVICE_TOKEN"},
      {"reco-engine", {"--service-token", "short"}, "SERVICE_TOKEN"},
  };
  for (const auto& c : cases) {
    std::vector<std::string> arguments{"--env", "production", "--port", "0", "--data-dir", (dir.path() / "p").string()};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    const Finished refused = run_to_end(c.program, arguments);
    EXPECT_NE(refused.exit_code, 0) << c.program;
    EXPECT_NE(refused.output.find(c.says), std::string::npos) << refused.output;
    EXPECT_EQ(refused.output.find(secret), std::string::npos) << "a secret was printed";
  }
}

TEST(Lifecycle, ASecondProcessOnTheSameDirectoryIsToldWhoHoldsIt) {
  if (on_cluster()) GTEST_SKIP() << "any number of processes may work on a cluster";
  const World world;
  for (const char* program : kPrograms) {
    ServiceProcess first = world.start(program);
    const Finished second = run_to_end(program, {"--port", "0", "--data-dir", (world.dir() / program).string()});
    EXPECT_NE(second.exit_code, 0);
    EXPECT_NE(second.output.find(std::to_string(first.pid())), std::string::npos) << second.output;
  }
}

TEST(Lifecycle, APortInUseIsNamed) {
  const World world;
  TempDir other;
  for (const char* program : kPrograms) {
    ServiceProcess first = world.start(program);
    const std::string port = std::to_string(first.port());
    const auto arguments = world.with_store({"--port", port, "--data-dir", (other.path() / program).string()});
    const Finished second = run_to_end(program, arguments);
    EXPECT_NE(second.exit_code, 0);
    EXPECT_NE(second.output.find(port), std::string::npos) << second.output;
  }
}

TEST(Lifecycle, SigtermDrainsAndExitsWithZero) {
  const World world;
  for (const char* program : kPrograms) {
    ServiceProcess service = world.start(program);
    Connection idle{service.port()};
    idle.write("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(idle.read_reply().status, 200);
    EXPECT_EQ(service.terminate(), 0) << service.log();
  }
}

TEST(Lifecycle, WhatWasStoredIsThereAfterSigkill) {
  const World world;
  const std::vector<std::string> arguments{"--jwt-secret", kJwtSecret};
  const std::string email = unique_email();
  {
    ServiceProcess shop = world.start("quickmart-backend", arguments);
    ASSERT_EQ(shop.peer().post("/api/auth/register",
        R"({"email":")" + email + R"(","password":"long enough","profile":{"name":"Kept"}})").status, 200);
    shop.kill();
  }
  ServiceProcess shop = world.start("quickmart-backend", arguments);
  const SignedIn kept = sign_in(shop.peer(), email, "long enough");
  EXPECT_EQ(text_at(shop.peer().get("/api/auth/profile", kept.headers()).json(), "profile/name"), "Kept");
}

}  // namespace
}  // namespace qm::functional
