#include "platform/http/router.hpp"

#include <gtest/gtest.h>

namespace qm::http {
namespace {

Router make_router() {
  Router router;
  router.add(Method::Get, "/", 0);
  router.add(Method::Get, "/items", 1);
  router.add(Method::Post, "/items", 2);
  router.add(Method::Get, "/items/{id}", 3);
  router.add(Method::Get, "/items/special", 4);
  router.add(Method::Get, "/items/{id}/parts/{part}", 5);
  router.add(Method::Delete, "/items/special/parts", 6);
  router.add(Method::Get, "/{a}/{b}/{c}/{d}", 7);
  return router;
}

TEST(Router, FindsTheEndpoint) {
  const Router router = make_router();
  struct Case {
    Method method;
    const char* path;
    std::size_t endpoint;
    std::vector<std::string> parameters;
  };
  constexpr auto kNone = Router::npos;
  const Case cases[] = {
      {Method::Get, "/", 0, {}},
      {Method::Head, "/", 0, {}},
      {Method::Get, "/items", 1, {}},
      {Method::Get, "/items/", 1, {}},
      {Method::Post, "/items", 2, {}},
      {Method::Get, "/items/42", 3, {"42"}},
      {Method::Get, "/items/42/", 3, {"42"}},
      {Method::Get, "/items/special", 4, {}},
      {Method::Get, "/items/specials", 3, {"specials"}},
      {Method::Get, "/items/special/parts/7", 5, {"special", "7"}},
      {Method::Delete, "/items/special/parts", 6, {}},
      {Method::Get, "/w/x/y/z", 7, {"w", "x", "y", "z"}},
      {Method::Get, "/items/1/other/2", 7, {"items", "1", "other", "2"}},
      {Method::Get, "", kNone, {}},
      {Method::Get, "items", kNone, {}},
      {Method::Get, "//", kNone, {}},
      {Method::Get, "/items//", kNone, {}},
      {Method::Get, "//items", kNone, {}},
      {Method::Get, "/items/1/parts", kNone, {}},
      {Method::Get, "/a/b/c/d/e", kNone, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    const auto match = router.find(c.method, c.path);
    EXPECT_EQ(match.endpoint, c.endpoint);
    EXPECT_EQ(match.path_known, c.endpoint != kNone);
    ASSERT_EQ(match.parameters.count, c.endpoint == kNone ? match.parameters.count : c.parameters.size());
    for (std::size_t i = 0; i < c.parameters.size(); ++i) EXPECT_EQ(match.parameters.values[i], c.parameters[i]);
  }
}

TEST(Router, TellsWhichMethodsAPathTakes) {
  const Router router = make_router();
  const auto wrong = router.find(Method::Put, "/items");
  EXPECT_TRUE(wrong.path_known);
  EXPECT_EQ(wrong.endpoint, Router::npos);
  EXPECT_EQ(wrong.allow, "GET, HEAD, POST");
  EXPECT_EQ(router.find(Method::Get, "/items/special/parts").allow, "DELETE");
  EXPECT_EQ(router.find(Method::Head, "/items/special/parts").endpoint, Router::npos);
}

TEST(Router, RefusesARouteTwiceAndTooManyParameters) {
  Router router = make_router();
  EXPECT_THROW(router.add(Method::Get, "/items", 8), std::logic_error);
  EXPECT_THROW(router.add(Method::Get, "/items/{other}", 8), std::logic_error);
  EXPECT_THROW(router.add(Method::Get, "/{a}/{b}/{c}/{d}/{e}", 8), std::logic_error);
  EXPECT_EQ(router.find(Method::Get, "/a/b/c/d/e").endpoint, Router::npos);
}

}  // namespace
}  // namespace qm::http
