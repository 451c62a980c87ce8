#include "platform/http/server.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "platform/core/eventually.hpp"
#include "platform/http/error_answer.hpp"
#include "platform/http/raw_peer.hpp"

namespace qm::http {
namespace {

using namespace std::chrono_literals;

Task<Response> hold(std::atomic<bool>& open, std::atomic<int>& held) {
  ++held;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    Executor>
      timer{co_await boost::asio::this_coro::executor};
  while (!open) {
    timer.expires_after(1ms);
    co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
  }
  Response answer;
  answer.body = "held";
  co_return answer;
}

// Counts a body; holds no more of it than one part. Stops reading at a part that begins with «stop».
Task<Response> swallow(const Request& request) {
  const BodyParts parts = parts_of(request);
  std::size_t bytes = 0, longest = 0;
  while (true) {
    auto part = co_await parts();
    if (!part) co_return error_answer(part.error(), request.request_id);
    if (part->empty() || part->starts_with("stop")) break;
    bytes += part->size();
    longest = std::max(longest, part->size());
  }
  Response answer;
  answer.body = std::to_string(bytes) + (longest < 4'000'000 ? "" : " held");
  co_return answer;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    api_.raw(Method::Get, "/hello", {.name = "hello"}, [](const Request& request) -> Task<Response> {
      Response answer;
      answer.body = request.target;
      co_return answer;
    });
    api_.raw(Method::Post, "/echo", {.name = "echo", .max_body_bytes = 4096},
             [](const Request& request) -> Task<Response> {
               Response answer;
               answer.body = request.body;
               co_return answer;
             });
    api_.raw(Method::Get, "/big", {.name = "big"}, [](const Request&) -> Task<Response> {
      Response answer;
      answer.body = std::string(200'000, 'b');
      co_return answer;
    });
    api_.raw(Method::Post, "/swallow", {.name = "swallow", .max_body_bytes = 40'000'000, .streams_body = true},
             [](const Request& request) { return swallow(request); });
    api_.raw(Method::Get, "/parts", {.name = "parts"}, [](const Request& request) -> Task<Response> {
      Response answer;
      answer.content_type = "text/plain";
      const bool breaks = request.query.size() == 1;
      answer.parts = [breaks, left = 3]() mutable -> Task<Result<std::string>> {
        if (breaks && left == 1) co_return rejected("The source ran dry.");
        std::string part = left-- > 0 ? std::string(20, static_cast<char>('a' + left)) : "";
        co_return part;
      };
      co_return answer;
    });
    api_.raw(Method::Get, "/held", {.name = "held"}, [this](const Request&) { return hold(open_, held_); });
  }
  ~ServerTest() override {
    open_ = true;
    server_.reset();
    workers_.stop();
    workers_.join();
  }

  // The server, begun with these options.
  void start(ServerOptions options = {}) {
    server_ = std::make_unique<Server>(workers_, api_, std::move(options));
    server_->start();
    workers_.start();
  }
  RawSocket connect() { return RawSocket::to(server_->port()); }
  static std::string request(const std::string& line, const std::string& headers = {}, const std::string& body = {}) {
    std::string text = line + " HTTP/1.1\r\nHost: x\r\n" + headers;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
  }
  static std::string status_of(const std::string& message) { return message.substr(0, 12); }
  static std::string body_of(const std::string& message) { return message.substr(message.find("\r\n\r\n") + 4); }

  std::atomic<bool> open_{false};
  std::atomic<int> held_{0};
  Api api_{{"Test", "1", ""}};
  WorkerThreads workers_{2};
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersOneRequestAfterTheOtherOnOneConnection) {
  start();
  RawSocket peer = connect();
  for (int i = 0; i < 5; ++i) {
    const std::string target = "/hello?n=" + std::to_string(i);
    peer.write(request("GET " + target, "X-Request-Id: id" + std::to_string(i) + "\r\n"));
    const std::string answer = peer.read_message();
    EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
    EXPECT_EQ(body_of(answer), target);
    EXPECT_NE(answer.find("X-Request-Id: id" + std::to_string(i) + "\r\n"), std::string::npos);
  }
  EXPECT_EQ(server_->open_connections(), 1u);
  peer.write(request("GET /hello", "Connection: close\r\n"));
  const std::string last = peer.read_rest();
  EXPECT_NE(last.find("Connection: close\r\n"), std::string::npos);
  peer.close();
  EXPECT_TRUE(eventually([&] { return server_->open_connections() == 0; }));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawSocket peer = connect();
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += request("GET /hello?n=" + std::to_string(i)) + request("POST /echo", {}, "body" + std::to_string(i));
  std::thread sender{[&] { peer.write(all); }};
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(body_of(peer.read_message()), "/hello?n=" + std::to_string(i));
    EXPECT_EQ(body_of(peer.read_message()), "body" + std::to_string(i));
  }
  sender.join();
}

TEST_F(ServerTest, ReadsARequestThatComesByteByByte) {
  start();
  RawSocket peer = connect();
  for (const char c : request("POST /echo", {}, "slow")) ASSERT_TRUE(peer.write({&c, 1}));
  EXPECT_EQ(body_of(peer.read_message()), "slow");
}

TEST_F(ServerTest, CutsOffWhoSendsTooSlowly) {
  ServerOptions options;
  options.request_timeout_ms = 100ms;
  start(options);
  RawSocket half = connect(), silent = connect();
  half.write("GET /hello HTTP/1.1\r\nHost: ");
  EXPECT_EQ(half.read_rest(), "");
  half.close();
  EXPECT_TRUE(eventually([&] { return server_->open_connections() == 1; }))
      << "who has sent nothing may wait for longer";
}

TEST_F(ServerTest, CutsOffWhoSendsNothing) {
  ServerOptions options;
  options.idle_timeout_ms = 1s;
  start(options);
  RawSocket used = connect();
  used.write(request("GET /hello"));
  RawSocket fresh = connect();
  EXPECT_EQ(status_of(used.read_message()), "HTTP/1.1 200");
  EXPECT_EQ(fresh.read_rest(), "");
  EXPECT_EQ(used.read_rest(), "");
}

TEST_F(ServerTest, RefusesWhatIsTooLargeOrBroken) {
  ServerOptions options;
  options.max_header_bytes = 4096;
  options.max_body_bytes = 8192;
  start(options);
  const std::string long_line(10'000, 'a');
  struct Case {
    const char* what;
    std::string sent;
    const char* status;
  };
  const Case cases[] = {
      {"a long header", request("GET /hello", "A: " + long_line + "\r\n"), "HTTP/1.1 431"},
      {"a header without end", "GET /hello HTTP/1.1\r\nHost: x\r\nA: " + long_line, "HTTP/1.1 431"},
      {"a long target", request("GET /" + long_line), "HTTP/1.1 431"},
      {"a long body", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8193\r\n\r\n", "HTTP/1.1 413"},
      {"a long chunk", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2001\r\n" + long_line,
       "HTTP/1.1 413"},
      {"a chunk's head without end",
       "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(100'000, 'e'),
       "HTTP/1.1 431"},
      {"rubbish", "\x16\x03\x01 rubbish\r\n\r\n", "HTTP/1.1 400"},
      {"another version", "GET / HTTP/3.0\r\nHost: x\r\n\r\n", "HTTP/1.1 505"},
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
      {"two lengths", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
       "HTTP/1.1 400"},
      {"a length and chunks",
       "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", "HTTP/1.1 400"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    RawSocket peer = connect();
    peer.write(c.sent);
    const std::string answer = peer.read_message();
    EXPECT_EQ(status_of(answer), c.status);
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(peer.read_rest(), "") << "and the connection ends";
  }
  RawSocket peer = connect();
  peer.write(request("POST /echo", {}, std::string(5000, 'x')));
  EXPECT_EQ(status_of(peer.read_message()), "HTTP/1.1 413") << "the endpoint takes less than the server";
  peer.write(request("GET /hello?%zz"));
  EXPECT_EQ(status_of(peer.read_message()), "HTTP/1.1 400");
  peer.write(request("GET /hello"));
  EXPECT_EQ(status_of(peer.read_message()), "HTTP/1.1 200") << "both leave the connection usable";
}

TEST_F(ServerTest, GivesABrokenRequestAfterAHeadItsBody) {
  start();
  RawSocket peer = connect();
  peer.write(request("HEAD /hello") + "rubbish\r\n\r\n");
  EXPECT_EQ(status_of(peer.read_head()), "HTTP/1.1 200");
  const std::string broken = peer.read_message();
  EXPECT_EQ(status_of(broken), "HTTP/1.1 400");
  EXPECT_NE(body_of(broken), "");
}

TEST_F(ServerTest, TurnsAwayWhoComesBeyondTheLimit) {
  ServerOptions options;
  options.max_connections = 2;
  start(options);
  RawSocket first = connect(), second = connect();
  ASSERT_TRUE(eventually([&] { return server_->open_connections() == 2; }));
  {
    RawSocket third = connect();
    const std::string answer = third.read_rest();
    EXPECT_EQ(status_of(answer), "HTTP/1.1 503");
    EXPECT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos);
  }
  first.write(request("GET /hello"));
  EXPECT_EQ(status_of(first.read_message()), "HTTP/1.1 200");
  second.close();
  ASSERT_TRUE(eventually([&] { return server_->open_connections() == 1; }));
  RawSocket fourth = connect();
  fourth.write(request("GET /hello"));
  EXPECT_EQ(status_of(fourth.read_message()), "HTTP/1.1 200");
}

TEST_F(ServerTest, ReadsChunkedBodies) {
  start();
  RawSocket peer = connect();
  peer.write("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  peer.write("3\r\nabc\r\n");
  peer.write("4;name=value\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_EQ(body_of(peer.read_message()), "abcdefg");
  peer.write(request("GET /hello"));
  EXPECT_EQ(body_of(peer.read_message()), "/hello");
}

TEST_F(ServerTest, TellsToContinueBeforeTheBody) {
  start();
  RawSocket peer = connect();
  peer.write("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(peer.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.write("body");
  const std::string answer = peer.read_message();
  EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
  EXPECT_EQ(body_of(answer), "body");
  RawSocket large = connect();
  large.write("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(status_of(large.read_message()), "HTTP/1.1 413") << "and no Continue before";
}

TEST_F(ServerTest, TakesALongBodyAsItComes) {
  start();
  const std::string megabyte(1'000'000, 'm');
  RawSocket peer = connect();
  peer.write("POST /swallow HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 30000000\r\n\r\n");
  EXPECT_EQ(peer.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(peer.write(megabyte));
  EXPECT_EQ(body_of(peer.read_message()), "30000000");
  peer.write("POST /swallow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(peer.write("f4240\r\n" + megabyte + "\r\n"));
  ASSERT_TRUE(peer.write("0\r\n\r\n" + request("GET /hello")));
  EXPECT_EQ(body_of(peer.read_message()), "5000000");
  EXPECT_EQ(body_of(peer.read_message()), "/hello") << "what follows is the next request";
  peer.write("POST /swallow HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nshort");
  EXPECT_EQ(body_of(peer.read_message()), "5");
}

TEST_F(ServerTest, EndsTheConnectionOfALongBodyThatIsNotRead) {
  start();
  RawSocket peer = connect();
  peer.write("POST /swallow HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\nstop");
  const std::string answer = peer.read_message();
  EXPECT_EQ(body_of(answer), "0");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  RawSocket longer = connect();
  longer.write("POST /swallow HTTP/1.1\r\nHost: x\r\nContent-Length: 40000001\r\n\r\n");
  EXPECT_EQ(status_of(longer.read_message()), "HTTP/1.1 413");
  RawSocket elsewhere = connect();
  elsewhere.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n");
  EXPECT_EQ(status_of(elsewhere.read_message()), "HTTP/1.1 413");
}

TEST_F(ServerTest, SendsAnAnswerWhileItIsMade) {
  start();
  RawSocket peer = connect();
  peer.write(request("GET /parts") + request("HEAD /parts") + request("GET /hello"));
  const std::string head = peer.read_head();
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  std::string chunks;
  for (const char c : {'c', 'b', 'a'}) chunks += "14\r\n" + std::string(20, c) + "\r\n";
  EXPECT_EQ(peer.read_to("0\r\n\r\n"), chunks + "0\r\n\r\n");
  EXPECT_NE(peer.read_head().find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(body_of(peer.read_message()), "/hello");
  RawSocket broken = connect();
  broken.write(request("GET /parts?break=1"));
  const std::string rest = broken.read_rest();
  EXPECT_NE(rest.find(std::string(20, 'b')), std::string::npos);
  EXPECT_EQ(rest.find("\r\n0\r\n"), std::string::npos) << "nobody may take it for whole";
  RawSocket old = connect();
  old.write("GET /parts HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(old.read_rest()), std::string(20, 'c') + std::string(20, 'b') + std::string(20, 'a'));
}

TEST_F(ServerTest, TakesATrailingSlashAndHead) {
  start();
  RawSocket peer = connect();
  peer.write(request("GET /hello/"));
  EXPECT_EQ(status_of(peer.read_message()), "HTTP/1.1 200");
  peer.write(request("HEAD /hello") + request("GET /hello"));
  const std::string head = peer.read_head();
  EXPECT_EQ(status_of(head), "HTTP/1.1 200");
  EXPECT_NE(head.find("Content-Length: 6\r\n"), std::string::npos);
  EXPECT_EQ(body_of(peer.read_message()), "/hello") << "no body came between";
}

TEST_F(ServerTest, SpeaksHttp10) {
  start();
  RawSocket peer = connect();
  peer.write("GET /hello HTTP/1.0\r\n\r\n");
  const std::string answer = peer.read_rest();
  EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
}

TEST_F(ServerTest, EndsAConnectionAfterSoManyRequests) {
  ServerOptions options;
  options.max_requests_per_connection = 3;
  start(options);
  RawSocket peer = connect();
  for (int i = 0; i < 3; ++i) {
    peer.write(request("GET /hello"));
    EXPECT_EQ(peer.read_message().find("Connection: close") != std::string::npos, i == 2);
  }
  EXPECT_EQ(peer.read_rest(), "");
}

TEST_F(ServerTest, FinishesWhatIsInFlightAndRefusesWhatIsNewWhileItDrains) {
  start();
  RawSocket busy = connect(), idle = connect();
  busy.write(request("GET /held"));
  ASSERT_TRUE(eventually([&] { return held_ == 1; }));
  idle.write(request("GET /hello"));
  EXPECT_EQ(status_of(idle.read_message()), "HTTP/1.1 200");
  std::atomic<bool> finished{false};
  std::thread drainer{[&] { finished = server_->drain(20s); }};
  EXPECT_EQ(idle.read_rest(), "") << "an idle connection is closed";
  RawSocket late = connect();
  late.write(request("GET /hello"));
  const std::string refused = late.read_rest();
  EXPECT_EQ(status_of(refused), "HTTP/1.1 503");
  EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(refused.find("Connection: close\r\n"), std::string::npos);
  late.close();
  EXPECT_FALSE(finished);
  open_ = true;
  const std::string last = busy.read_message();
  EXPECT_EQ(status_of(last), "HTTP/1.1 200");
  EXPECT_NE(last.find("Connection: close\r\n"), std::string::npos);
  busy.close();
  drainer.join();
  EXPECT_TRUE(finished);
}

TEST_F(ServerTest, DrainsOnlyForSoLong) {
  start();
  RawSocket busy = connect();
  busy.write(request("GET /held"));
  ASSERT_TRUE(eventually([&] { return held_ == 1; }));
  EXPECT_FALSE(server_->drain(1ms));
}

TEST_F(ServerTest, CompressesAndCounts) {
  start();
  RawSocket peer = connect();
  peer.write(request("GET /big", "Accept-Encoding: gzip\r\n"));
  const std::string packed = peer.read_message();
  EXPECT_NE(packed.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_LT(packed.size(), 10'000u);
  peer.write(request("GET /big"));
  EXPECT_EQ(body_of(peer.read_message()).size(), 200'000u);
  peer.write(request("GET /nothing"));
  EXPECT_EQ(status_of(peer.read_message()), "HTTP/1.1 404");
  const auto stats = server_->stats();
  EXPECT_EQ(stats[2].name, "big");
  EXPECT_EQ(stats[2].requests, 2u);
  EXPECT_EQ(stats[2].by_status_class[2], 2u);
  EXPECT_EQ(stats.back().name, "unmatched");
  EXPECT_EQ(stats.back().by_status_class[4], 1u);
}

TEST_F(ServerTest, SaysWhichPortIsInUse) {
  start();
  ServerOptions same;
  same.port = server_->port();
  try {
    Server second{workers_, api_, same};
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& refused) {
    EXPECT_NE(std::string{refused.what()}.find(std::to_string(same.port) + " on 127.0.0.1 is in use"),
              std::string::npos)
        << refused.what();
  }
  same.address = "localhost";
  EXPECT_THROW((Server{workers_, api_, same}), std::runtime_error);
}

}  // namespace
}  // namespace qm::http
