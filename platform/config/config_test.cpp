#include <gtest/gtest.h>

#include "platform/config/config.hpp"

namespace qm::config {
namespace {

struct Parsed {
  int code;
  std::string name = "default", mode = "a";
  std::int64_t port = 8000;
  std::chrono::milliseconds wait_ms{250};
  std::string errors, out;
};

Parsed parse(std::vector<const char*> words) {
  Parsed p;
  Options options{"program", "about"};
  options.text("name", "QM_TEST_NAME", p.name, "a name");
  options.integer("port", "QM_TEST_PORT", p.port, 0, 65535, "", "a port");
  options.milliseconds("wait", "", p.wait_ms, 1, 1000, "a time");
  options.choice("mode", "", p.mode, {"a", "b"}, "a mode");
  words.insert(words.begin(), "program");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  p.code = options.parse(static_cast<int>(words.size()), words.data());
  p.out = testing::internal::GetCapturedStdout();
  p.errors = testing::internal::GetCapturedStderr();
  return p;
}

TEST(Options, TheCommandLineBeatsTheEnvironmentBeatsTheDefault) {
  EXPECT_EQ(parse({}).name, "default");
  ::setenv("QM_TEST_NAME", "from-env", 1);
  EXPECT_EQ(parse({}).name, "from-env");
  EXPECT_EQ(parse({"--name", "given"}).name, "given");
  ::unsetenv("QM_TEST_NAME");
  EXPECT_EQ(parse({"--wait", "300"}).wait_ms.count(), 300);
  EXPECT_EQ(parse({}).code, -1);
}

TEST(Options, AMistakeIsExplained) {
  for (auto words : std::vector<std::vector<const char*>>{
           {"--port", "70000"}, {"--port", "x"}, {"--mode", "c"}, {"--nope"}, {"--wait", "0"}}) {
    const Parsed p = parse(words);
    EXPECT_EQ(p.code, 2) << words[0];
    EXPECT_NE(p.errors.find(std::string{words[0]}.substr(2)), std::string::npos) << p.errors;
  }
  ::setenv("QM_TEST_PORT", "-1", 1);
  EXPECT_EQ(parse({}).code, 2);
  ::unsetenv("QM_TEST_PORT");
}

TEST(Options, HelpShowsTheTable) {
  const Parsed p = parse({"--help"});
  EXPECT_EQ(p.code, 0);
  for (const char* part : {"--port", "0…65535", "8000", "QM_TEST_PORT", "a port", "a|b"}) {
    EXPECT_NE(p.out.find(part), std::string::npos) << part << p.out;
  }
}

}  // namespace
}  // namespace qm::config
