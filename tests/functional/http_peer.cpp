#include "tests/functional/http_peer.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

namespace qm::functional {

boost::json::value Reply::json() const {
  boost::system::error_code failed;
  auto value = boost::json::parse(body, failed);
  return failed ? boost::json::value{} : value;
}

std::string Reply::header(const std::string& name) const {
  auto it = headers.find(name);
  return it == headers.end() ? std::string{} : it->second;
}

Connection::Connection(std::uint16_t port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval limit{120, 0};  // a training is one call
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

Connection::~Connection() {
  if (fd_ >= 0) ::close(fd_);
}

bool Connection::write(std::string_view bytes) {
  if (fd_ < 0) return false;
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Connection::closed_by_peer() {
  if (fd_ < 0) return true;
  char chunk[4096];
  while (true) {
    const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
    if (n == 0 || (n < 0 && errno == ECONNRESET)) return true;
    if (n < 0) return false;
  }
}

Reply Connection::read_reply(bool head) {
  Reply reply;
  if (fd_ < 0) return reply;
  auto more = [&] {
    char chunk[65536];
    const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
    if (n <= 0) return false;
    buffered_.append(chunk, static_cast<std::size_t>(n));
    return true;
  };
  std::size_t end;
  while ((end = buffered_.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return reply;
  }
  std::string_view top{buffered_.data(), end};
  int status = 0;
  if (top.size() > 12) std::from_chars(top.data() + 9, top.data() + 12, status);
  std::size_t length = 0;
  for (std::size_t at = top.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t next = top.find("\r\n", at + 2);
    const std::string_view line = top.substr(at + 2, next == std::string_view::npos ? next : next - at - 2);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      std::string name{line.substr(0, colon)};
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      std::string_view value = line.substr(colon + 1);
      while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
      reply.headers[name] = std::string{value};
    }
    at = next;
  }
  if (auto it = reply.headers.find("content-length"); it != reply.headers.end()) length = std::stoul(it->second);
  buffered_.erase(0, end + 4);
  if (status == 100) return read_reply(head);
  if (head || status == 204 || status == 304) length = 0;
  if (!head && reply.header("transfer-encoding") == "chunked") {
    while (true) {
      std::size_t line;
      while ((line = buffered_.find("\r\n")) == std::string::npos) {
        if (!more()) return reply;
      }
      std::size_t size = 0;
      std::from_chars(buffered_.data(), buffered_.data() + line, size, 16);
      while (buffered_.size() < line + 2 + size + 2) {
        if (!more()) return reply;
      }
      reply.body.append(buffered_, line + 2, size);
      buffered_.erase(0, line + 2 + size + 2);
      if (size == 0) break;
    }
    reply.status = status;
    return reply;
  }
  while (buffered_.size() < length) {
    if (!more()) return reply;
  }
  reply.body = buffered_.substr(0, length);
  buffered_.erase(0, length);
  reply.status = status;
  return reply;
}

Reply Peer::send(const std::string& method, const std::string& target, const std::string& body,
                 const HeaderList& headers) const {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  bool typed = false;
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
    typed = typed || name == "Content-Type";
  }
  if (!body.empty() && !typed) text += "Content-Type: application/json\r\n";
  if (!body.empty() || method == "POST" || method == "PUT")
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n" + body;
  Connection connection{port_};
  if (!connection.write(text) && text.size() < 65536) return {};
  return connection.read_reply(method == "HEAD");
}

}  // namespace qm::functional
