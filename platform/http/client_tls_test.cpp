#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <csignal>
#include <thread>

#include "platform/core/await.hpp"
#include "platform/core/temp_dir.hpp"
#include "platform/http/client.hpp"
#include "platform/http/raw_peer.hpp"
#include "platform/security/tls_identity_fixture.hpp"

namespace qm::http {
namespace {

using test::TlsIdentity;

// Answers requests on one connection after the other, behind TLS, each with what it was asked for.
class TlsPeer {
 public:
  explicit TlsPeer(const TlsIdentity& identity, int max_version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that are closed
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~TlsPeer() {
    ending_ = true;
    RawSocket wakes_it = RawSocket::to(port());
    thread_.join();
  }
  std::uint16_t port() const { return listener_.port(); }
  int handshakes() const { return handshakes_; }
  int requests() const { return requests_; }

 private:
  void serve() {
    while (!ending_) {
      const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0 || ending_) {
        ::close(fd);
        continue;
      }
      const timeval limit{10, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      std::unique_ptr<SSL, decltype(&SSL_free)> session{SSL_new(context_.get()), SSL_free};
      SSL_set_fd(session.get(), fd);
      if (SSL_accept(session.get()) == 1) {
        ++handshakes_;
        while (answer(session.get())) ++requests_;
      }
      ::close(fd);
    }
  }
  static bool answer(SSL* session) {
    std::string got;
    while (got.find("\r\n\r\n") == std::string::npos) {
      char chunk[4096];
      const int n = SSL_read(session, chunk, sizeof chunk);
      if (n <= 0) return false;
      got.append(chunk, static_cast<std::size_t>(n));
    }
    const std::string target = got.substr(4, got.find(' ', 4) - 4);
    const std::size_t size = target.size() < 2 ? 200'000 : target.size();
    std::string text = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    text += target.size() < 2 ? std::string(size, 'x') : target;
    if (SSL_write(session, text.data(), static_cast<int>(text.size())) <= 0) return false;
    return target != "/goodbye";
  }
  RawListener listener_;
  std::shared_ptr<SSL_CTX> context_;
  std::atomic<bool> ending_{false};
  std::atomic<int> handshakes_{0}, requests_{0};
  std::thread thread_;
};

class ClientTlsTest : public testing::Test {
 protected:
  ClientTlsTest() { workers_.start(); }
  ~ClientTlsTest() override {
    workers_.stop();
    workers_.join();
  }
  std::unique_ptr<Client> client_of(std::uint16_t port, const TlsIdentity& trusted, std::string host = "localhost") {
    ClientOptions options;
    options.ca_file = (folder_.path() / "trusted.pem").string();
    options.timeout_ms = std::chrono::milliseconds{10'000};
    options.connect_timeout_ms = std::chrono::milliseconds{10'000};
    options.max_retries = 0;
    trusted.write_certificate(options.ca_file);
    return std::make_unique<Client>("https://" + host + ":" + std::to_string(port), options);
  }
  Result<ClientResponse> get(Client& client, std::string target) {
    ClientRequest request;
    request.target = std::move(target);
    return await_on(workers_.context(0), client.send(std::move(request), deadline_in(std::chrono::seconds{10})));
  }

  TempDir folder_;
  WorkerThreads workers_{1};
  TlsIdentity identity_{"localhost"};
};

TEST_F(ClientTlsTest, SpeaksToWhomItTrustsOverOneConnection) {
  TlsPeer peer{identity_};
  const auto client = client_of(peer.port(), identity_);
  for (const char* target : {"/a", "/b", "/"}) {
    const auto answer = get(*client, target);
    ASSERT_TRUE(answer) << target << ": " << answer.error().detail;
    EXPECT_EQ(answer->body.size(), std::string_view{target}.size() < 2 ? 200'000u : 2u);
  }
  EXPECT_EQ(peer.handshakes(), 1);
  EXPECT_EQ(get(*client, "/goodbye")->body, "/goodbye");
  EXPECT_EQ(get(*client, "/c")->body, "/c");  // on a new one
  EXPECT_EQ(peer.handshakes(), 2);
}

TEST_F(ClientTlsTest, SendsNothingToAStranger) {
  TlsPeer peer{identity_};
  const auto client = client_of(peer.port(), TlsIdentity{"localhost"});
  const auto answer = get(*client, "/secret");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(peer.requests(), 0);
}

TEST_F(ClientTlsTest, SendsNothingToAnotherHost) {
  const TlsIdentity other{"other.example"};
  TlsPeer peer{other};
  const auto client = client_of(peer.port(), other);  // trusted, but not localhost
  const auto answer = get(*client, "/secret");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(peer.requests(), 0);
}

TEST_F(ClientTlsTest, SpeaksNoOldVersion) {
  TlsPeer peer{identity_, TLS1_1_VERSION};
  const auto client = client_of(peer.port(), identity_);
  EXPECT_FALSE(get(*client, "/a"));
  EXPECT_EQ(peer.handshakes(), 0);
}

TEST_F(ClientTlsTest, APeerWithoutTlsIsNone) {
  RawListener listener;
  const auto client = client_of(listener.port(), identity_);
  std::thread peer{[&] {
    RawSocket socket = listener.accept();
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }};
  EXPECT_FALSE(get(*client, "/a"));
  peer.join();
}

TEST(ClientTls, NeedsCertificatesThatExist) {
  ClientOptions options;
  options.ca_file = "no such file";
  EXPECT_THROW(Client("https://localhost:1", options), std::invalid_argument);
  EXPECT_NO_THROW(Client("http://localhost:1", options));
}

}  // namespace
}  // namespace qm::http
