#include "platform/aerospike/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>

namespace qm::aerospike {

namespace {

constexpr std::size_t kDecryptBytes = 16 * 1024;  // the most that one record of TLS holds

void require(bool good, const std::string& what) {
  if (good) return;
  ERR_clear_error();
  throw std::invalid_argument("database client: " + what);
}

}  // namespace

TlsContext::TlsContext(const TlsOptions& options) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  require(context_ != nullptr, "TLS is not available");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (options.ca_file.empty()) {
    require(SSL_CTX_set_default_verify_paths(context_.get()) == 1, "the system has no trusted certificates");
  } else {
    require(SSL_CTX_load_verify_locations(context_.get(), options.ca_file.c_str(), nullptr) == 1,
            "cannot use the trusted certificates in " + options.ca_file);
  }
  if (options.certificate_file.empty()) return;
  require(SSL_CTX_use_certificate_chain_file(context_.get(), options.certificate_file.c_str()) == 1,
          "cannot use the certificate in " + options.certificate_file);
  require(SSL_CTX_use_PrivateKey_file(context_.get(), options.key_file.c_str(), SSL_FILETYPE_PEM) == 1,
          "cannot use the key in " + options.key_file);
}

TlsSession::TlsSession(const TlsContext& context, const std::string& server_name)
    : ssl_(SSL_new(context.get()), SSL_free), input_(BIO_new(BIO_s_mem())), output_(BIO_new(BIO_s_mem())) {
  if (ssl_ == nullptr || input_ == nullptr || output_ == nullptr) throw std::bad_alloc{};
  SSL_set_bio(ssl_.get(), input_, output_);
  SSL_set_connect_state(ssl_.get());
  SSL_set1_host(ssl_.get(), server_name.c_str());
  SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str());
}

TlsSession::Handshake TlsSession::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return Handshake::Done;
  return SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ ? Handshake::NeedsInput : Handshake::Failed;
}

bool TlsSession::take_input(std::string_view encrypted) {
  return BIO_write(input_, encrypted.data(), static_cast<int>(encrypted.size())) == static_cast<int>(encrypted.size());
}

bool TlsSession::decrypt(std::vector<char>& into, std::size_t& have) {
  while (true) {
    if (into.size() - have < kDecryptBytes) into.resize(have + kDecryptBytes);
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), into.data() + have, static_cast<int>(into.size() - have));
    if (n <= 0) return SSL_get_error(ssl_.get(), n) == SSL_ERROR_WANT_READ;
    have += static_cast<std::size_t>(n);
  }
}

bool TlsSession::encrypt(std::string_view plain) {
  ERR_clear_error();
  return plain.empty() || SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size())) > 0;
}

void TlsSession::give_output(std::string& out) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(output_, &bytes);
  if (size <= 0) return;
  out.append(bytes, static_cast<std::size_t>(size));
  BIO_reset(output_);
}

}  // namespace qm::aerospike
