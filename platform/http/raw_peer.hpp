// Blocking sockets for tests: a peer that may send and answer what no decent program would. Every wait ends after 10 s.
#pragma once
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace qm::http {

class RawSocket {
 public:
  explicit RawSocket(int fd) : fd_(fd) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ~RawSocket() { close(); }
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffered_(std::move(other.buffered_)) {}

  static RawSocket to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    RawSocket socket{fd};
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection");
    return socket;
  }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void end_of_sending() { ::shutdown(fd_, SHUT_WR); }

  // False when the peer has closed.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // Everything up to and with `end`; less when the peer closes or is silent.
  std::string read_to(std::string_view end) {
    std::size_t at;
    while ((at = buffered_.find(end)) == std::string::npos) {
      if (!read_some()) return std::exchange(buffered_, {});
    }
    std::string text = buffered_.substr(0, at + end.size());
    buffered_.erase(0, at + end.size());
    return text;
  }
  std::string read_bytes(std::size_t count) {
    while (buffered_.size() < count && read_some()) {
    }
    std::string text = buffered_.substr(0, count);
    buffered_.erase(0, text.size());
    return text;
  }
  std::string read_head() { return read_to("\r\n\r\n"); }
  // A head and as much body as its Content-Length says.
  std::string read_message() {
    std::string head = read_head();
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? head : head + read_bytes(std::stoul(head.substr(at + 16)));
  }
  // Everything until the peer closes.
  std::string read_rest() {
    while (read_some()) {
    }
    return std::exchange(buffered_, {});
  }

 private:
  bool read_some() {
    char chunk[16384];
    const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
    if (n > 0) buffered_.append(chunk, static_cast<std::size_t>(n));
    return n > 0;
  }

  int fd_;
  std::string buffered_;
};

class RawListener {
 public:
  RawListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 64) != 0)
      throw std::runtime_error("cannot listen");
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~RawListener() { close(); }
  RawListener(const RawListener&) = delete;

  std::uint16_t port() const { return port_; }
  int fd() const { return fd_; }
  RawSocket accept() {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) throw std::runtime_error("nobody came");
    return RawSocket{fd};
  }
  // Whether somebody has connected who was not accepted yet.
  bool has_waiting() const {
    pollfd waiting{fd_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) > 0;
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace qm::http
