#include "platform/aerospike/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <csignal>

#include "platform/aerospike/client.hpp"
#include "platform/aerospike/scripted_peer_fixture.hpp"
#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/temp_dir.hpp"
#include "platform/security/tls_identity_fixture.hpp"

namespace qm::aerospike {

namespace {

using namespace std::chrono_literals;
using test::PeerFrame;
using test::PeerSocket;
using test::ScriptedPeer;
using Identity = qm::test::TlsIdentity;

// A node of its own that holds everything, behind TLS.
class TlsNode {
 public:
  explicit TlsNode(const Identity& identity)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), peer_([this](PeerSocket& socket) { serve(socket); }) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that are closed
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  }
  ~TlsNode() { peer_.kill(); }
  std::uint16_t port() const { return peer_.port(); }

 private:
  static bool read_whole(SSL* ssl, std::string& bytes) {
    for (std::size_t have = 0; have < bytes.size();) {
      const int n = SSL_read(ssl, bytes.data() + have, static_cast<int>(bytes.size() - have));
      if (n <= 0) return false;
      have += static_cast<std::size_t>(n);
    }
    return true;
  }
  void serve(PeerSocket& socket) {
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(context_.get()), SSL_free};
    SSL_set_fd(ssl.get(), socket.fd());
    if (SSL_accept(ssl.get()) != 1) return;
    while (true) {
      std::string head(8, '\0');
      if (!read_whole(ssl.get(), head)) return;
      std::size_t size = 0;
      for (std::size_t i = 2; i < 8; ++i) size = size << 8 | static_cast<unsigned char>(head[i]);
      std::string body(size, '\0');
      if (!read_whole(ssl.get(), body)) return;
      const std::string answer = head[1] == 1 ? test::frame(1, info(body)) : head[1] == 2 ? login() : record(body);
      SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
      if (SSL_pending(ssl.get()) > 0) return;  // a server takes one command after the other
    }
  }
  static std::string login() { return test::frame(2, std::string(16, '\0')); }
  static std::string record(const std::string& body) {
    return test::reply(0, 1, {{"text", std::string(body.size() > 100'000 ? 1 : 200'000, 'x')}});
  }
  static std::string info(std::string_view commands) {
    const std::string all = std::string(680, '/') + "//8=";
    std::string text;
    while (!commands.empty()) {
      const std::string command{commands.substr(0, commands.find('\n'))};
      commands.remove_prefix(std::min(commands.size(), command.size() + 1));
      text += command + '\t' +
              (command == "node"            ? "A1"
               : command == "replicas"      ? "test:0,1," + all
               : command == "peers-tls-std" ? "1,4333,[]"
                                            : "1") +
              '\n';
    }
    return text;
  }

  std::shared_ptr<SSL_CTX> context_;
  ScriptedPeer peer_;
};

class TlsTo : public testing::Test {
 protected:
  ErrorKind reach(const std::string& server_name, const Identity& trusted, const std::string& user = {}) {
    const std::string path = (folder_.path() / "trusted.pem").string();
    trusted.write_certificate(path);
    TlsNode node{identity_};
    ClientOptions options;
    options.seeds = {{"127.0.0.1", node.port()}};
    options.tls.enabled = true;
    options.tls.ca_file = path;
    options.tls.server_name = server_name;
    options.user = user;
    WorkerThreads workers{1};
    Client client{options};
    boost::asio::io_context* context = &workers.context(0);
    client.start({&context, 1});
    workers.start();
    ErrorKind failed = ErrorKind::Internal;
    const auto ready = await(client.wait_until_ready({"test"}, deadline_in(server_name == "node" ? 10s : 500ms)));
    if (!ready) {
      failed = ready.error().kind;
    } else {
      std::vector<Bin> large{{"text", Value{std::string(300'000, 'y')}}};
      EXPECT_TRUE(await(client.put({"test", "things", "id"}, std::move(large))));
      const auto read = await(client.get({"test", "things", "id"}));
      if (!read)
        failed = read.error().kind;
      else
        EXPECT_EQ(read->bins.front().value.as<std::string>()->size(), 200'000u);
    }
    client.stop();
    workers.stop();
    workers.join();
    return failed;
  }

  TempDir folder_;
  Identity identity_{"node"};
};

constexpr ErrorKind kGood = ErrorKind::Internal;

TEST_F(TlsTo, ATrustedNodeCarriesCommandsOfAnySize) { EXPECT_EQ(reach("node", identity_), kGood); }

TEST_F(TlsTo, ATrustedNodeCarriesTheLogin) { EXPECT_EQ(reach("node", identity_, "ann"), kGood); }

TEST_F(TlsTo, ANodeOfAnotherNameIsRefused) { EXPECT_EQ(reach("another", identity_), ErrorKind::Unavailable); }

TEST_F(TlsTo, ANodeThatNobodyVouchesForIsRefused) {
  const Identity stranger{"node-2"};
  EXPECT_EQ(reach("node-2", stranger), ErrorKind::Unavailable);
}

TEST(ATlsContext, NeedsFilesThatExist) {
  TlsOptions options;
  options.ca_file = "no such file";
  EXPECT_THROW(TlsContext{options}, std::invalid_argument);
}

}  // namespace

}  // namespace qm::aerospike
