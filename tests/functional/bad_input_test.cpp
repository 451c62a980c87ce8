// What no honest client sends: each gets the contract's error, and the next request on the same process works.
#include <gtest/gtest.h>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

void still_works() {
  EXPECT_EQ(shared_services().shop().get("/health/live").status, 200);
  EXPECT_EQ(shared_services().reco().get("/health/live").status, 200);
}

TEST(BadInput, BodiesThatAreNoJson) {
  const std::string deep(5000, '[');
  const std::string bodies[] = {"{",
                                "[]",
                                "null",
                                "\"text\"",
                                "{\"email\":}",
                                "{\"email\":\"a@b.co\",}",
                                "\xff\xfe",
                                deep,
                                R"({"email":{"a":1},"password":[]})",
                                std::string("{\"email\":\"\0\"}", 12)};
  for (const auto& body : bodies) {
    for (const char* path : {"/api/auth/login", "/api/auth/register"}) {
      const Reply reply = shared_services().shop().post(path, body);
      EXPECT_EQ(reply.status, 422) << path << " " << body.substr(0, 40) << " " << reply.body;
      EXPECT_TRUE(at(reply.json(), "detail").is_array()) << reply.body;
    }
    EXPECT_EQ(shared_services().reco().post("/ingest/profile", body).status, 422) << body.substr(0, 40);
  }
  const Reply offset = shared_services().shop().post("/api/auth/login", "{\"email\": nope}");
  EXPECT_NE(text_at(offset.json(), "detail/0/msg").find("byte 10"), std::string::npos) << offset.body;
  still_works();
}

TEST(BadInput, TooLargeAndOfTheWrongType) {
  const std::string large = R"({"email":")" + std::string(2'000'000, 'a') + R"("})";
  EXPECT_EQ(shared_services().shop().post("/api/auth/login", large).status, 413);
  EXPECT_EQ(shared_services().shop().post("/api/auth/login", "<a/>", {{"Content-Type", "text/xml"}}).status, 415);
  EXPECT_EQ(shared_services().reco().post("/ingest/profile", "a=b", {{"Content-Type", "text/plain"}}).status, 415);
  still_works();
}

TEST(BadInput, IdsThatAreNone) {
  const std::string ids[] = {"a%2Fb", "a%00b", "a%0Ab", "%20", "a%7Cb", "..%2F..%2Fetc", std::string(10'240, 'a')};
  for (const auto& id : ids) {
    for (const int status :
         {shared_services().reco().post("/predict/" + id).status, shared_services().reco().get("/nudges/" + id).status,
          shared_services().shop().get("/api/products/" + id).status}) {
      EXPECT_TRUE(status == 422 || status == 404 || status == 400) << id.substr(0, 20) << " → " << status;
    }
    const std::string body =
        R"({"user_id":")" + std::string(id.size() > 1000 ? id : "a\\nb") + R"(","acc_age_days":1})";
    EXPECT_EQ(shared_services().reco().post("/ingest/profile", body).status, 422);
  }
  still_works();
}

TEST(BadInput, RequestsThatAreNoHttp) {
  const std::string requests[] = {
      "\r\n\r\n\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      std::string(70'000, 'x'),
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
      "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9)};
  for (const Peer* peer : {&shared_services().shop(), &shared_services().reco()}) {
    for (const auto& request : requests) {
      Connection connection{peer->port()};
      connection.write(request);
      const Reply reply = connection.read_reply();
      EXPECT_TRUE(reply.status == 0 || (reply.status >= 400 && reply.status < 500) || reply.status == 505)
          << request.substr(0, 60) << " → " << reply.status;
    }
  }
  still_works();
}

TEST(BadInput, NothingOfTheInsideIsShown) {
  for (const char* path : {"/api/products/%00", "/api/auth/profile", "/nowhere", "/api/products?limit=abc"}) {
    const std::string body = shared_services().shop().get(path).body;
    for (const char* word : {"/usr", "rocksdb", ".cpp", "std::", "boost"})
      EXPECT_EQ(body.find(word), std::string::npos) << body;
  }
}

TEST(Http, PipelinedRequestsAreAnsweredInOrder) {
  Connection connection{shared_services().shop().port()};
  connection.write(
      "GET /api/products/prod_001 HTTP/1.1\r\nHost: a\r\n\r\nGET /api/products/prod_999 HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(connection.read_reply().status, 200);
  EXPECT_EQ(connection.read_reply().status, 404);
  EXPECT_EQ(connection.read_reply().status, 200);
}

TEST(Http, PassesOnRequestIdsAndTraces) {
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const Reply reply =
      shared_services().shop().get("/health/live", {{"X-Request-Id", "abc-123"}, {"traceparent", trace}});
  EXPECT_EQ(reply.header("x-request-id"), "abc-123");
  EXPECT_EQ(reply.header("traceparent").substr(3, 32), trace.substr(3, 32));
  EXPECT_NE(reply.header("traceparent").substr(36, 16), trace.substr(36, 16));
}

TEST(Http, CorsAnswersABrowserInDevelopment) {
  const Reply preflight = shared_services().shop().send("OPTIONS", "/api/products", "",
      {{"Origin", "http://storefront.example"}, {"Access-Control-Request-Method", "GET"}});
  EXPECT_TRUE(preflight.status == 204 || preflight.status == 200);
  EXPECT_FALSE(preflight.header("access-control-allow-origin").empty());
  EXPECT_TRUE(preflight.header("access-control-allow-credentials").empty());
  EXPECT_FALSE(shared_services()
                   .shop()
                   .get("/api/products", {{"Origin", "http://storefront.example"}})
                   .header("access-control-allow-origin")
                   .empty());
}

}  // namespace
}  // namespace qm::functional
