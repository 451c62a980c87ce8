#include "tests/functional/faulty_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>

namespace qm::functional {

namespace {

constexpr int kTickMs = 20;  // how soon a change of mode, or the end, is noticed

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (port != 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

// Moves what is there from one socket to the other; false at the end of the stream.
bool pump(int from, int to) {
  char chunk[65536];
  const ssize_t n = ::recv(from, chunk, sizeof chunk, 0);
  if (n <= 0) return false;
  std::string_view rest{chunk, static_cast<std::size_t>(n)};
  while (!rest.empty()) {
    const ssize_t sent = ::send(to, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

FaultyProxy::FaultyProxy() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_loop(); }};
}

FaultyProxy::~FaultyProxy() {
  stopping_ = true;
  acceptor_.join();
  end_lines(true);
  ::close(listener_);
}

void FaultyProxy::accept_loop() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kTickMs) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++connections_;
    end_lines(false);
    Line& line = lines_.emplace_back();
    line.thread = std::thread{[this, client, &line] {
      serve(client);
      line.is_over = true;
    }};
  }
}

// A thread that ended keeps its stack until it is joined.
void FaultyProxy::end_lines(bool all) {
  lines_.remove_if([all](Line& line) {
    if (!all && !line.is_over) return false;
    line.thread.join();
    return true;
  });
}

void FaultyProxy::serve(int client) {
  const Mode mode = mode_;
  const int upstream = mode == Mode::Forward ? connect_to(target_) : -1;
  bool told = false;
  while (!stopping_ && mode_ == mode && (mode != Mode::Forward || upstream >= 0) && mode != Mode::Refuse) {
    pollfd waiting[2] = {{client, POLLIN, 0}, {upstream, POLLIN, 0}};
    if (::poll(waiting, upstream >= 0 ? 2 : 1, kTickMs) <= 0) continue;
    if (mode == Mode::Nonsense && !told) {
      constexpr std::string_view kNonsense =
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"what\":\x01";
      (void)::send(client, kNonsense.data(), kNonsense.size(), MSG_NOSIGNAL);
      told = true;
    }
    if (mode != Mode::Forward) {
      char chunk[4096];
      if (::recv(client, chunk, sizeof chunk, 0) <= 0) break;
      continue;
    }
    if ((waiting[0].revents != 0 && !pump(client, upstream)) || (waiting[1].revents != 0 && !pump(upstream, client)))
      break;
  }
  if (upstream >= 0) ::close(upstream);
  ::close(client);
}

}  // namespace qm::functional
