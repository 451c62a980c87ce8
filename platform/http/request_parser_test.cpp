#include "platform/http/request_parser.hpp"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace qm::http {
namespace {

using boost::beast::http::error;

struct Outcome {
  boost::system::error_code failed;
  bool whole = false;
  std::size_t left = 0;  // bytes of the next request
};

// Feeds `text` in pieces of `step` bytes, as a connection does.
Outcome parse(Request& request, std::string_view text, std::size_t step = 100'000, RequestParser* given = nullptr) {
  std::optional<RequestParser> own;
  RequestParser& parser = given != nullptr ? *given : own.emplace(request, 1024, 100);
  Outcome outcome;
  std::string pending;
  while (!outcome.failed && !parser.is_done() && !text.empty()) {
    pending.append(text.substr(0, step));
    text.remove_prefix(std::min(step, text.size()));
    std::size_t consumed = 1;
    while (consumed > 0 && !pending.empty() && !outcome.failed && !parser.is_done()) {
      consumed = parser.put(boost::asio::buffer(pending), outcome.failed);
      if (outcome.failed == error::need_more) outcome.failed = {};
      pending.erase(0, consumed);
    }
  }
  outcome.whole = parser.is_done();
  outcome.left = pending.size() + text.size();
  return outcome;
}

TEST(RequestParser, ReadsTheSameInPiecesOfAnySize) {
  const std::string text =
      "POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n "
      "world\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    SCOPED_TRACE(step);
    Request request;
    const Outcome outcome = parse(request, text, step);
    ASSERT_FALSE(outcome.failed) << outcome.failed.message();
    ASSERT_TRUE(outcome.whole);
    EXPECT_EQ(request.method, Method::Post);
    EXPECT_EQ(request.target, "/a?b=c");
    EXPECT_EQ(request.body, "hello world");
    EXPECT_EQ(request.header("x-one"), "1");
    EXPECT_EQ(request.headers.size(), 3u);
  }
}

TEST(RequestParser, ReadsAnEmptyChunkedBodyInPiecesOfAnySize) {
  const std::string text = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    Request request;
    EXPECT_TRUE(parse(request, text, step).whole) << step;
    EXPECT_EQ(request.body, "");
  }
}

TEST(RequestParser, LeavesTheNextRequest) {
  Request request;
  const Outcome outcome = parse(request, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nabGET / HTTP/1.1\r\n");
  EXPECT_TRUE(outcome.whole);
  EXPECT_EQ(request.body, "ab");
  EXPECT_EQ(outcome.left, std::string_view{"GET / HTTP/1.1\r\n"}.size());
}

TEST(RequestParser, KeepsNothingOfTheLastRequest) {
  Request request;
  ASSERT_TRUE(parse(request, "HEAD /long HTTP/1.1\r\nHost: x\r\nOrigin: y\r\nContent-Length: 3\r\n\r\nabc").whole);
  ASSERT_TRUE(parse(request, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").whole);
  EXPECT_EQ(request.method, Method::Get);
  EXPECT_EQ(request.target, "/");
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(request.headers, (Headers{{"Host", "x"}}));
  ASSERT_TRUE(parse(request, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").whole);
  EXPECT_TRUE(parse(request, "\x01").failed);
  EXPECT_EQ(request.method, Method::Other) << "a broken request is no HEAD because the last one was";
}

TEST(RequestParser, TrailersAreNoHeaders) {
  Request request;
  const Outcome outcome = parse(request,
                                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                "chunked\r\n\r\n1\r\na\r\n0\r\nAuthorization: Bearer t\r\nHost: y\r\n\r\n");
  EXPECT_TRUE(outcome.whole);
  EXPECT_EQ(request.header("authorization"), "");
  EXPECT_EQ(request.headers.size(), 2u);
}

TEST(RequestParser, RefusesWhatTwoCouldReadDifferently) {
  struct Case {
    const char* what;
    std::string headers;
    bool good;
  };
  const Case cases[] = {
      {"plain", "Host: x\r\nContent-Length: 1\r\n", true},
      {"two hosts", "Host: x\r\nHost: x\r\n", false},
      {"two lengths", "Host: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n", false},
      {"the same length twice", "Host: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n", false},
      {"a length and chunks", "Host: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", false},
      {"chunks and a length", "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n", false},
      {"two encodings", "Host: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", false},
      {"a negative length", "Host: x\r\nContent-Length: -1\r\n", false},
      {"a signed length", "Host: x\r\nContent-Length: +1\r\n", false},
      {"a list of lengths", "Host: x\r\nContent-Length: 1, 2\r\n", false},
      {"a space before the colon", "Host: x\r\nContent-Length : 1\r\n", false},
      {"a bare line feed", "Host: x\nContent-Length: 1\r\n", false},
      {"a NUL", std::string("Host: x\r\nA: b\0c\r\n", 18), false},
  };
  for (const auto& c : cases) {
    Request request;
    const Outcome outcome = parse(request, "POST / HTTP/1.1\r\n" + c.headers + "\r\na");
    EXPECT_EQ(!outcome.failed, c.good) << c.what << ": " << outcome.failed.message();
  }
}

TEST(RequestParser, KeepsItsLimits) {
  Request request;
  EXPECT_EQ(parse(request, "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'a') + "\r\n\r\n").failed,
            error::header_limit);
  EXPECT_EQ(parse(request, "GET /" + std::string(2000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n").failed,
            error::header_limit);
  const std::string long_head = "GET /" + std::string(990, 'a') + " HTTP/1.1\r\nHost: " + std::string(100, 'x');
  for (const std::size_t step : {1u, 6u, 2000u}) {
    EXPECT_EQ(parse(request, long_head + "\r\n\r\n", step).failed, error::header_limit)
        << "start line and fields count together, whatever the pieces: " << step;
  }
  EXPECT_EQ(parse(request, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n").failed, error::body_limit);
  EXPECT_TRUE(
      parse(request, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'b')).whole);
  EXPECT_EQ(parse(request, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
                               std::string(101, 'b') + "\r\n0\r\n\r\n")
                .failed,
            error::body_limit);
  RequestParser roomy{request, 100'000, 100};
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  EXPECT_EQ(parse(request, many + "\r\n", 100'000, &roomy).failed, error::header_limit) << "at most 100 headers";
}

TEST(RequestParser, KnowsVersionsAndExpectations) {
  Request request;
  RequestParser parser{request, 1024, 100};
  ASSERT_TRUE(
      parse(request, "POST / HTTP/1.0\r\nExpect: 100-Continue\r\nContent-Length: 0\r\n\r\n", 1000, &parser).whole);
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_FALSE(parser.has_host());
  EXPECT_FALSE(parser.is_http_1_1());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parse(request, "GET / HTTP/2.0\r\nHost: x\r\n\r\n").failed, error::bad_version);
  ASSERT_TRUE(parse(request, "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n").whole);
  EXPECT_EQ(request.method, Method::Other);
}

}  // namespace
}  // namespace qm::http
