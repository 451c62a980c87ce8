// How a connection comes about: connected, encrypted, logged in, before any command goes out.
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include "platform/aerospike/connection.hpp"
#include "platform/aerospike/login.hpp"
#include "platform/log/log.hpp"

namespace qm::aerospike {

using boost::asio::redirect_error;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxLoginReplyBytes = 64 * 1024;

}  // namespace

Task<void> Connection::open(std::shared_ptr<Connection> self) {
  error_code failed;
  co_await self->socket_.async_connect(self->node_->endpoint(), redirect_error(kAwait, failed));
  bool good = !failed && !self->closed_;
  self->read_.resize(kReadBytes);
  if (good) {
    self->socket_.set_option(boost::asio::ip::tcp::no_delay(true), failed);
    self->socket_.non_blocking(true, failed);
  }
  if (good && self->loop_.tls() != nullptr) good = co_await self->begin_tls();
  if (good && !self->loop_.credentials().user.empty()) good = co_await self->log_in();
  --self->operations_;
  if (self->closed_) co_return;
  if (!good) {
    self->fail_to_open();
    co_return;
  }
  self->ready_ = true;
  self->idle_since_ = std::chrono::steady_clock::now();
  self->node_->note_answer();
  self->read_more();
  self->write_queued();
}

Task<bool> Connection::begin_tls() {
  encrypted_.resize(kReadBytes);
  const std::string& wanted = loop_.options().tls.server_name;
  tls_ = std::make_unique<TlsSession>(*loop_.tls(), wanted.empty() ? node_->tls_name() : wanted);
  error_code failed;
  while (true) {
    const auto state = tls_->shake_hands();
    std::string output;
    tls_->give_output(output);
    if (!output.empty()) {
      co_await boost::asio::async_write(socket_, boost::asio::buffer(output), redirect_error(kAwait, failed));
    }
    if (state == TlsSession::Handshake::Failed) log::warn("TLS with a node failed", {{"node", node_->name()}});
    if (failed || state == TlsSession::Handshake::Failed) co_return false;
    if (state == TlsSession::Handshake::Done) co_return true;
    const std::size_t n =
        co_await socket_.async_read_some(boost::asio::buffer(encrypted_), redirect_error(kAwait, failed));
    if (failed || !tls_->take_input({encrypted_.data(), n})) co_return false;
  }
}

// -------------------------------------------------------------------------------------------------------------- login

Task<bool> Connection::log_in() {
  const std::string& user = loop_.credentials().user;
  std::string token = node_->session_token();
  if (!token.empty()) {
    std::string request;
    encode_authenticate(request, user, token);
    const bool in = co_await ask_to_log_in(std::move(request), nullptr);
    if (in) co_return true;
    node_->set_session_token({});  // it has expired, most likely
  }
  std::string request;
  encode_login(request, user, loop_.credentials().password_hash);
  const bool in = co_await ask_to_log_in(std::move(request), &token);
  if (in) node_->set_session_token(std::move(token));
  co_return in;
}

Task<bool> Connection::ask_to_log_in(std::string request, std::string* token) {
  const bool sent = co_await send_whole(std::move(request));
  if (!sent) co_return false;
  const bool has_head = co_await receive(kFrameHeaderBytes);
  if (!has_head) co_return false;
  const auto header = parse_frame_header({read_.data(), have_}, kMaxLoginReplyBytes);
  if (!header || header->type != FrameType::Admin) co_return false;
  const bool has_body = co_await receive(kFrameHeaderBytes + header->size);
  if (!has_body) co_return false;
  auto reply = parse_login({read_.data() + kFrameHeaderBytes, header->size});
  have_ = 0;
  if (!reply) co_return false;
  if (reply->code != ResultCode::Ok && reply->code != ResultCode::SecurityNotEnabled) {
    log::warn("a node refused the login", {{"node", node_->name()}, {"code", to_text(reply->code)}});
    co_return false;
  }
  if (token != nullptr) *token = std::move(reply->session_token);
  co_return true;
}

Task<bool> Connection::send_whole(std::string bytes) {
  if (tls_) {
    if (!tls_->encrypt(bytes)) co_return false;
    bytes.clear();
    tls_->give_output(bytes);
  }
  error_code failed;
  co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), redirect_error(kAwait, failed));
  co_return !failed;
}

// Reads until `bytes` are there, at least, as read_[0…have_).
Task<bool> Connection::receive(std::size_t bytes) {
  if (read_.size() < bytes) read_.resize(bytes);
  // The handshake's last read may have brought more than the handshake.
  if (tls_ && !tls_->decrypt(read_, have_)) co_return false;
  while (have_ < bytes) {
    const auto room =
        tls_ ? boost::asio::buffer(encrypted_) : boost::asio::buffer(read_.data() + have_, read_.size() - have_);
    error_code failed;
    const std::size_t n = co_await socket_.async_read_some(room, redirect_error(kAwait, failed));
    if (failed) co_return false;
    if (!tls_)
      have_ += n;
    else if (!tls_->take_input({encrypted_.data(), n}) || !tls_->decrypt(read_, have_))
      co_return false;
  }
  co_return true;
}

}  // namespace qm::aerospike
