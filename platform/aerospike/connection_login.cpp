// How a new connection logs in, before any command goes out.
#include <array>
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
  error_code failed;
  co_await boost::asio::async_write(socket_, boost::asio::buffer(request), redirect_error(kAwait, failed));
  if (failed) co_return false;
  std::array<char, kFrameHeaderBytes> head;
  co_await boost::asio::async_read(socket_, boost::asio::buffer(head), redirect_error(kAwait, failed));
  if (failed) co_return false;
  const auto header = parse_frame_header({head.data(), head.size()}, kMaxLoginReplyBytes);
  if (!header || header->type != FrameType::Admin) co_return false;
  std::string body(header->size, '\0');
  co_await boost::asio::async_read(socket_, boost::asio::buffer(body), redirect_error(kAwait, failed));
  if (failed) co_return false;
  auto reply = parse_login(body);
  if (!reply) co_return false;
  if (reply->code != ResultCode::Ok && reply->code != ResultCode::SecurityNotEnabled) {
    log::warn("a node refused the login", {{"node", node_->name()}, {"code", to_text(reply->code)}});
    co_return false;
  }
  if (token != nullptr) *token = std::move(reply->session_token);
  co_return true;
}

}  // namespace qm::aerospike
