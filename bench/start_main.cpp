// Starts a program, measures when it answers, looks at its memory, and ends it.
//   bench_start PATH PORT|PORT_FILE SETTLE_MS PROGRAM [ARGUMENT…]
// prints: ready_ms=V rss_mb=V (VmRSS, pages shared with other processes included)
// The time runs from just before fork() to the first 200 of GET PATH.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPatienceMs{20'000};

int port_of(const std::string& place) {
  if (place.find('/') == std::string::npos) return std::atoi(place.c_str());
  std::ifstream file{place};
  int port = 0;
  file >> port;
  return port;
}

bool answers(int port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const timeval patience{0, 200'000};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool good = false;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    char answer[16] = {};
    good = ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()) &&
           ::recv(socket, answer, 12, MSG_WAITALL) == 12 && std::string{answer} == "HTTP/1.1 200";
  }
  ::close(socket);
  return good;
}

double resident_mb(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib / 1024;
  }
  return 0;
}

bool ended_within(pid_t pid, std::chrono::milliseconds patience_ms) {
  for (const auto until = Clock::now() + patience_ms; Clock::now() < until;) {
    if (::waitpid(pid, nullptr, WNOHANG) == pid) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: %s PATH PORT|PORT_FILE SETTLE_MS PROGRAM [ARGUMENT…]\n", argv[0]);
    return 2;
  }
  const std::string path = argv[1], place = argv[2];
  if (place.find('/') != std::string::npos) ::unlink(place.c_str());
  const auto begun = Clock::now();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return 1;
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it must not outlive the measurement, however that ends
    if (::getppid() != parent) ::_exit(127);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    ::execvp(argv[4], argv + 4);
    ::_exit(127);
  }
  bool ready = false;
  bool alive = true;
  while (!ready && alive && Clock::now() - begun < kPatienceMs) {
    const int port = port_of(place);
    ready = port != 0 && answers(port, path);
    if (ready) break;
    alive = ::waitpid(pid, nullptr, WNOHANG) != pid;
    std::this_thread::sleep_for(std::chrono::microseconds{500});
  }
  const double ready_ms = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
  if (!alive) return 1;
  if (ready) {
    std::this_thread::sleep_for(std::chrono::milliseconds{std::atoi(argv[3])});
    std::printf("ready_ms=%.1f rss_mb=%.1f\n", ready_ms, resident_mb(pid));
  }
  ::kill(pid, SIGTERM);
  if (!ended_within(pid, std::chrono::milliseconds{5'000})) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  return ready ? 0 : 1;
}
