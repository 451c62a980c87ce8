#include "platform/http/probe.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string_view>

namespace qm::http {

namespace {

bool ask(int socket, std::uint16_t port, std::chrono::milliseconds timeout_ms) {
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(timeout_ms.count() / 1000);
  limit.tv_usec = static_cast<suseconds_t>(timeout_ms.count() % 1000 * 1000);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) return false;
  constexpr std::string_view request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return false;
  constexpr std::string_view wanted = "HTTP/1.1 200 ";
  char answer[wanted.size()];
  return ::recv(socket, answer, sizeof answer, MSG_WAITALL) == static_cast<ssize_t>(sizeof answer) &&
         std::string_view{answer, sizeof answer} == wanted;
}

}  // namespace

bool probe_health(std::uint16_t port, std::chrono::milliseconds timeout_ms) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool alive = ask(socket, port, timeout_ms);
  ::close(socket);
  return alive;
}

}  // namespace qm::http
