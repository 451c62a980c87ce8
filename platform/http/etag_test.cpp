#include "platform/http/etag.hpp"

#include <gtest/gtest.h>

namespace qm::http {
namespace {

TEST(ETag, SaysWhichStateIsMeant) {
  struct MatchCase {
    const char* header;
    bool admits_17;
  };
  const MatchCase cases[] = {{"\"17\"", true},       {"*", true},      {" * ", true},        {"\"16\", \"17\"", true},
                             {"\"16\"", false},      {"17", false},    {"W/\"17\"", false},  {"\"\"", false},
                             {"\"17x\"", false},     {",", false},     {"\"1,7\"", false}};
  for (const MatchCase& each : cases) {
    const auto parsed = parse_if_match(each.header);
    ASSERT_TRUE(parsed) << each.header;
    EXPECT_EQ(parsed->admits(17), each.admits_17) << each.header;
  }
  EXPECT_EQ(parse_if_match("  ").error().kind, ErrorKind::PreconditionMissing);
  EXPECT_TRUE(parse_if_match(etag_of(17))->admits(17));
}

}  // namespace
}  // namespace qm::http
