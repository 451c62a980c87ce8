// TLS between a byte stream and a connection: bytes go in and come out, nothing here touches a socket.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/aerospike/options.hpp"

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;
typedef struct bio_st BIO;

namespace qm::aerospike {

// Trust and identity, for all connections of a client. TLS 1.2 and above; the peer's certificate is always verified.
// Immutable once made; thread-safe.
class TlsContext {
 public:
  // Throws std::invalid_argument when a file cannot be used.
  explicit TlsContext(const TlsOptions& options);

  SSL_CTX* get() const { return context_.get(); }

 private:
  std::shared_ptr<SSL_CTX> context_;
};

// One connection's session, as its client. Thread-compatible.
class TlsSession {
 public:
  // The peer must prove to be `server_name`.
  TlsSession(const TlsContext& context, const std::string& server_name);

  enum class Handshake { Done, NeedsInput, Failed };
  // Goes on with the handshake; what it has to say is then in the output.
  Handshake shake_hands();

  // What came from the peer. False: the peer is out of step or has ended the session.
  bool take_input(std::string_view encrypted);
  // Appends what can be decrypted now at `have` in `into`, which grows; `have` moves. False as above.
  bool decrypt(std::vector<char>& into, std::size_t& have);
  bool encrypt(std::string_view plain);
  // Appends to `out` what is to be sent to the peer.
  void give_output(std::string& out);

 private:
  std::shared_ptr<SSL> ssl_;
  BIO* input_;   // owned by ssl_
  BIO* output_;  // owned by ssl_
};

}  // namespace qm::aerospike
