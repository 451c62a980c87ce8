#include "platform/http/target.hpp"

#include <gtest/gtest.h>

#include <set>

namespace qm::http {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

TEST(Target, IsTakenApart) {
  struct Case {
    const char* target;
    const char* path;
    Query query;
  };
  const Case cases[] = {
      {"/", "/", {}},
      {"/a/b", "/a/b", {}},
      {"/a/b/", "/a/b", {}},
      {"/a%20b/%C3%BC", "/a b/\xc3\xbc", {}},
      {"/a+b", "/a+b", {}},
      {"/a?", "/a", {}},
      {"/a?x", "/a", {{"x", ""}}},
      {"/a?x=", "/a", {{"x", ""}}},
      {"/a?x=1&y=2&x=3", "/a", {{"x", "1"}, {"y", "2"}, {"x", "3"}}},
      {"/a?&&x=1&", "/a", {{"x", "1"}}},
      {"/a?q=a+b%2Bc%26d=e", "/a", {{"q", "a b+c&d=e"}}},
      {"/a?x=?/", "/a", {{"x", "?/"}}},
      {"/a?%78=1", "/a", {{"x", "1"}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.target);
    Request request;
    request.target = c.target;
    request.path = "left over";
    request.query = {{"left", "over"}};
    EXPECT_TRUE(split_target(request));
    EXPECT_EQ(request.path, c.path);
    EXPECT_EQ(request.query, c.query);
  }
}

TEST(Target, ThatIsBrokenIsRefused) {
  for (const std::string& target :
       {std::string{""}, std::string{"a"}, std::string{"*"}, std::string{"http://x/a"}, std::string{"/%"},
        std::string{"/%4"}, std::string{"/%zz"}, std::string{"/%00"}, std::string{"/%0a"}, std::string{"/%7f"},
        std::string{"/a?x=%0d"}, std::string{"/a?%=1"}, std::string{"/a?x=%4"}, std::string("/a\0b", 4)}) {
    SCOPED_TRACE(target);
    Request request;
    request.target = target;
    EXPECT_FALSE(split_target(request));
  }
}

TEST(RequestId, OfTheCallerIsKeptIfSane) {
  std::string id;
  choose_request_id("abc-123", id);
  EXPECT_EQ(id, "abc-123");
  std::set<std::string> made;
  for (const std::string& given : {std::string{}, std::string{"a b"}, std::string{"a\"b"}, std::string{"a;b"},
                                   std::string{"a\nb"}, std::string(129, 'x')}) {
    choose_request_id(given, id);
    EXPECT_EQ(id.size(), 16u) << given;
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(made.insert(id).second);
  }
}

TEST(Traceparent, GoesOnWithANewSpan) {
  const std::string given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  std::string out;
  choose_traceparent(given, out);
  EXPECT_EQ(out.size(), given.size());
  EXPECT_EQ(out.substr(0, 36), given.substr(0, 36));
  EXPECT_NE(out.substr(36, 16), given.substr(36, 16));
  EXPECT_EQ(out.substr(52), "-01");
  for (const char* bad : {"", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
    choose_traceparent(bad, out);
    EXPECT_EQ(out.size(), 55u) << bad;
    EXPECT_EQ(out.substr(52), "-00");
    EXPECT_NE(out.substr(3, 32), given.substr(3, 32));
  }
}

}  // namespace
}  // namespace qm::http
