#include "platform/http/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <future>
#include <thread>

#include "platform/core/runtime.hpp"
#include "platform/http/raw_peer.hpp"

namespace qm::http {
namespace {

using namespace std::chrono_literals;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// The client runs on a worker; the peer is played by the test, on its own thread.
class ClientTest : public testing::Test {
 protected:
  ClientTest() { workers_.start(); }
  ~ClientTest() override {
    workers_.stop();
    workers_.join();
    client_.reset();  // its connections belong to the workers' contexts, which outlive it
  }

  void make(ClientOptions options = {}) {
    client_ = std::make_unique<Client>("http://127.0.0.1:" + std::to_string(listener_.port()), options);
  }

  using Outcome = Result<ClientResponse>;
  std::future<Outcome> send(ClientRequest request, std::chrono::milliseconds within = 10s) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    boost::asio::co_spawn(workers_.context(0).get_executor(), client_->send(std::move(request), deadline_in(within)),
                          [promise](std::exception_ptr failed, Outcome outcome) {
                            if (failed) {
                              promise->set_exception(failed);
                            } else {
                              promise->set_value(std::move(outcome));
                            }
                          });
    return promise->get_future();
  }
  static ClientRequest get(std::string target = "/a") {
    ClientRequest request;
    request.target = std::move(target);
    return request;
  }
  static ClientRequest post(bool idempotent) {
    ClientRequest request = get("/p");
    request.method = Method::Post;
    request.body = "{}";
    request.idempotent = idempotent;
    return request;
  }
  static ClientOptions once() {
    ClientOptions options;
    options.max_retries = 0;
    options.timeout_ms = 10s;
    return options;
  }
  // A call that the peer answers with a fault of its own.
  void fail_once() {
    auto outcome = send(get());
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_head(), "");
    peer.write("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(outcome.get()->status, 500);
  }
  static ErrorKind kind(std::future<Outcome> outcome) {
    const Outcome got = outcome.get();
    return got ? ErrorKind::Internal : got.error().kind;
  }

  RawListener listener_;
  WorkerThreads workers_{1};
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, SendsWhatItIsGivenAndReadsTheAnswer) {
  make();
  ClientRequest request = post(false);
  request.headers = {{"Authorization", "Bearer t"}};
  auto outcome = send(request);
  RawSocket peer = listener_.accept();
  const std::string got = peer.read_message();
  EXPECT_TRUE(got.starts_with("POST /p HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(listener_.port()) + "\r\n"))
      << got;
  EXPECT_NE(got.find("Authorization: Bearer t\r\n"), std::string::npos);
  EXPECT_NE(got.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_TRUE(got.ends_with("\r\n\r\n{}"));
  peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nX-A: b\r\n\r\nnone");
  const Outcome answer = outcome.get();
  ASSERT_TRUE(answer) << "any status is an answer";
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "none");
  EXPECT_EQ(answer->headers.back(), (std::pair<std::string, std::string>{"X-A", "b"}));
}

TEST_F(ClientTest, UsesAConnectionAgain) {
  make();
  auto first = send(get());
  RawSocket peer = listener_.accept();
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(peer.read_head(), "");
    peer.write(kOk);
    EXPECT_EQ(first.get()->body, "ok");
    if (i < 4) first = send(get());  // read from the same socket: nothing was accepted since
  }
}

TEST_F(ClientTest, LeavesAConnectionThatThePeerEnds) {
  make();
  auto first = send(get());
  {
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_head(), "");
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    EXPECT_TRUE(first.get());
  }
  auto second = send(get());
  RawSocket peer = listener_.accept();
  EXPECT_NE(peer.read_head(), "");
  peer.write(kOk);
  EXPECT_TRUE(second.get());
}

TEST_F(ClientTest, DoesNotSendOverAConnectionThatWasClosedMeanwhile) {
  make(once());
  auto first = send(get());
  {
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_head(), "");
    peer.write(kOk);
    EXPECT_TRUE(first.get());
  }  // closes the connection that the client keeps
  auto second = send(post(false));
  RawSocket peer = listener_.accept();
  EXPECT_NE(peer.read_message(), "");
  peer.write(kOk);
  EXPECT_TRUE(second.get()) << "not even what is not idempotent is in doubt";
}

TEST_F(ClientTest, RetriesWhatIsIdempotent) {
  for (const bool says_so : {false, true}) {
    make();
    auto outcome = send(says_so ? post(true) : get());
    for (int attempt = 0; attempt < 2; ++attempt) {
      RawSocket peer = listener_.accept();
      EXPECT_NE(peer.read_message(), "");
    }
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_message(), "");
    peer.write(kOk);
    EXPECT_TRUE(outcome.get());
  }
}

TEST_F(ClientTest, DoesNotRetryWhatIsNotIdempotent) {
  make();
  auto outcome = send(post(false));
  {
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_message(), "");
  }
  EXPECT_EQ(kind(std::move(outcome)), ErrorKind::InDoubt) << "it was sent once, and nobody knows";
}

TEST_F(ClientTest, EndsRetriesSometime) {
  make();
  auto outcome = send(get());
  for (int attempt = 0; attempt < 3; ++attempt) {
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_head(), "");
  }
  EXPECT_EQ(kind(std::move(outcome)), ErrorKind::InDoubt);
}

TEST_F(ClientTest, ACallThatWasSentOnceStaysInDoubtWhateverComesAfter) {
  make();
  auto outcome = send(post(true));
  {
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_message(), "");
    listener_.close();  // the retries find nobody
  }
  EXPECT_EQ(kind(std::move(outcome)), ErrorKind::InDoubt);
}

TEST_F(ClientTest, IsUnavailableWhenNobodyListens) {
  make();
  listener_.close();
  EXPECT_EQ(kind(send(post(false))), ErrorKind::Unavailable);
}

TEST_F(ClientTest, FindsLocalhostOnAMachineWithoutAListOfHosts) {
  client_ = std::make_unique<Client>("http://shop.localhost:" + std::to_string(listener_.port()), once());
  auto answer = send(get());
  RawSocket peer = listener_.accept();
  EXPECT_NE(peer.read_head().find("Host: shop.localhost"), std::string::npos);
  peer.write(kOk);
  const auto outcome = answer.get();
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_EQ(outcome->body, "ok");
}

TEST_F(ClientTest, KeepsTheDeadline) {
  make(once());
  auto outcome = send(get(), 1s);
  RawSocket peer = listener_.accept();
  EXPECT_NE(peer.read_head(), "");
  EXPECT_EQ(kind(std::move(outcome)), ErrorKind::InDoubt) << "sent, but not answered in time";
  EXPECT_EQ(peer.read_rest(), "") << "and the connection is given up";
  EXPECT_EQ(kind(send(get(), -1ms)), ErrorKind::Timeout) << "not even sent";
}

TEST_F(ClientTest, GivesUpOnAnswersThatAreNone) {
  ClientOptions options = once();
  options.max_response_bytes = 1000;
  options.breaker_failures = 100;
  make(options);
  const std::string cases[] = {
      "rubbish\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x'),
      "",
  };
  for (const auto& answer : cases) {
    SCOPED_TRACE(answer.substr(0, 60));
    auto outcome = send(get());
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_head(), "");
    peer.write(answer);
    peer.end_of_sending();
    EXPECT_EQ(kind(std::move(outcome)), ErrorKind::InDoubt);
  }
  auto outcome = send(get());
  RawSocket peer = listener_.accept();
  EXPECT_NE(peer.read_head(), "");
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  EXPECT_EQ(outcome.get()->body.size(), 1000u);
}

TEST_F(ClientTest, OpensTheBreakerAndClosesItAgain) {
  ClientOptions options = once();
  options.breaker_failures = 3;
  options.breaker_open_ms = 30ms;
  make(options);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(client_->breaker_open());
    fail_once();
  }
  EXPECT_TRUE(client_->breaker_open());
  // Calls fail at once until a trial may go out, which is the first that reaches the peer.
  std::atomic<bool> answered{false};
  std::thread peers{[&] {
    RawSocket peer = listener_.accept();
    EXPECT_NE(peer.read_head(), "");
    answered = true;
    peer.write(kOk);
    EXPECT_NE(peer.read_head(), "");
    peer.write(kOk);
  }};
  while (true) {
    const bool before = answered;
    const Outcome outcome = send(get()).get();
    if (outcome) break;
    EXPECT_FALSE(before);
    EXPECT_EQ(outcome.error().kind, ErrorKind::Unavailable);
  }
  EXPECT_FALSE(client_->breaker_open());
  EXPECT_TRUE(send(get()).get()) << "closed";
  peers.join();
}

TEST_F(ClientTest, SaysWhetherACallWouldGoOut) {
  struct Case {
    std::chrono::milliseconds open_ms;
    bool would_call;
  };
  for (const Case& each : {Case{std::chrono::hours{1}, false}, Case{0ms, true}}) {  // a trial is due at once
    ClientOptions options = once();
    options.breaker_failures = 1;
    options.breaker_open_ms = each.open_ms;
    make(options);
    EXPECT_TRUE(client_->would_call());
    fail_once();
    EXPECT_TRUE(client_->breaker_open());
    EXPECT_EQ(client_->would_call(), each.would_call);
    if (!each.would_call) EXPECT_EQ(kind(send(get())), ErrorKind::Unavailable) << "at once";
  }
}

TEST_F(ClientTest, OpensNoMoreConnectionsThanAllowed) {
  ClientOptions options = once();
  options.max_connections = 2;
  make(options);
  std::vector<std::future<Outcome>> outcomes;
  for (int i = 0; i < 4; ++i) outcomes.push_back(send(get()));
  RawSocket first = listener_.accept(), second = listener_.accept();
  for (int i = 0; i < 2; ++i) {
    for (RawSocket* peer : {&first, &second}) {
      EXPECT_NE(peer->read_head(), "");
      peer->write(kOk);
    }
  }
  for (auto& outcome : outcomes) EXPECT_TRUE(outcome.get()) << "the others waited for a connection";
}

TEST_F(ClientTest, ReadsNoBodyAfterHead) {
  make();
  ClientRequest request = get();
  request.method = Method::Head;
  auto outcome = send(request);
  RawSocket peer = listener_.accept();
  EXPECT_TRUE(peer.read_head().starts_with("HEAD /a "));
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(outcome.get()->status, 200);
}

// However the address is spelled, and whatever a name resolves to.
TEST_F(ClientTest, ReachesNoOwnNetworkWhenOnlyThePublicInternetWillDo) {
  ClientOptions options = once();
  options.public_addresses_only = true;
  for (const char* host : {"127.0.0.1", "[::1]", "localhost", "a.localhost", "2130706433", "0x7f.1", "10.1.2.3"}) {
    client_ = std::make_unique<Client>("http://" + std::string{host} + ":" + std::to_string(listener_.port()), options);
    EXPECT_EQ(kind(send(post(false))), ErrorKind::Unavailable) << host;
  }
  EXPECT_FALSE(listener_.has_waiting());
}

TEST_F(ClientTest, LeavesOutALargeBodyWhenToldTo) {
  ClientOptions options = once();
  options.max_response_bytes = 1'000;
  options.cut_large_bodies = true;
  make(options);
  for (const bool says_how_much : {true, false}) {
    auto outcome = send(post(false));
    RawSocket peer = listener_.accept();
    peer.read_message();
    peer.write(std::string{"HTTP/1.1 201 Created\r\n"} + (says_how_much ? "Content-Length: 5000\r\n" : "") + "\r\n" +
               std::string(5'000, 'x'));
    peer.end_of_sending();
    const Outcome got = outcome.get();
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->status, 201);
    EXPECT_TRUE(got->body.empty());
  }
}

TEST(ClientUrl, MustNameAHostAndNoPath) {
  for (const char* url :
       {"", "localhost:80", "http://", "https://", "http://localhost/path", "https://localhost/a", "ftp://localhost"}) {
    EXPECT_THROW(Client{url}, std::invalid_argument) << url;
  }
  EXPECT_NO_THROW(Client{"http://localhost:8000/"});
  EXPECT_NO_THROW(Client{"https://localhost"});
}

TEST(EncodeComponent, EncodesAllButTheUnreserved) {
  EXPECT_EQ(encode_component("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(encode_component("a b/c?d&e=f%\xc3\xbc"), "a%20b%2Fc%3Fd%26e%3Df%25%C3%BC");
}

}  // namespace
}  // namespace qm::http
