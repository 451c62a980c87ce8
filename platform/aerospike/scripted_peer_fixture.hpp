// For tests: a TCP peer on loopback that plays a node, by a script run on a thread of its own for each connection.
// Blocking; every wait ends after 10 s.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace qm::aerospike::test {

inline std::string big_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline std::string frame(int type, std::string_view body) {
  return big_endian(2, 1) + big_endian(static_cast<std::uint64_t>(type), 1) + big_endian(body.size(), 6) +
         std::string{body};
}

struct ScriptedBin {
  std::string name;
  std::string text;
};

// The head of a record's message and its bins. `info3` 1 marks the last of a stream.
inline std::string message(int code, std::uint32_t generation = 0, const std::vector<ScriptedBin>& bins = {},
                           int info3 = 0, std::uint32_t batch_index = 0) {
  std::string text = big_endian(22, 1) + big_endian(0, 2) + big_endian(static_cast<std::uint64_t>(info3), 1) +
                     big_endian(0, 1) + big_endian(static_cast<std::uint64_t>(code), 1) + big_endian(generation, 4) +
                     big_endian(0, 4) + big_endian(batch_index, 4) + big_endian(0, 2) + big_endian(bins.size(), 2);
  for (const auto& bin : bins) {
    text += big_endian(4 + bin.name.size() + bin.text.size(), 4) + big_endian(1, 1) + big_endian(3, 1) +
            big_endian(0, 1) + big_endian(bin.name.size(), 1) + bin.name + bin.text;
  }
  return text;
}

inline std::string reply(int code, std::uint32_t generation = 0, const std::vector<ScriptedBin>& bins = {}) {
  return frame(3, message(code, generation, bins));
}

struct PeerFrame {
  int type = 0;
  std::string body;
};

class PeerSocket {
 public:
  explicit PeerSocket(int fd) : fd_(fd) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int yes = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  ~PeerSocket() { ::close(fd_); }
  PeerSocket(const PeerSocket&) = delete;

  int fd() const { return fd_; }
  // Nothing when the client has closed.
  std::optional<PeerFrame> read_frame() {
    const std::string head = read_bytes(8);
    if (head.size() < 8) return std::nullopt;
    std::uint64_t size = 0;
    for (int i = 2; i < 8; ++i) size = size << 8 | static_cast<unsigned char>(head[static_cast<std::size_t>(i)]);
    return PeerFrame{head[1], read_bytes(size)};
  }
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // Ends the connection from another thread.
  void shut() { ::shutdown(fd_, SHUT_RDWR); }

 private:
  std::string read_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t n = ::recv(fd_, bytes.data() + have, count - have, 0);
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    bytes.resize(have);
    return bytes;
  }

  int fd_;
};

class ScriptedPeer {
 public:
  using Script = std::function<void(PeerSocket&)>;

  // `port` 0: any.
  explicit ScriptedPeer(Script script, std::uint16_t port = 0)
      : script_(std::move(script)), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 64) != 0)
      throw std::runtime_error("cannot listen");
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedPeer() { kill(); }
  ScriptedPeer(const ScriptedPeer&) = delete;

  std::uint16_t port() const { return port_; }
  std::size_t accepted() const { return accepted_; }

  // Ends everything at once, as a killed process would.
  void kill() {
    if (killed_.exchange(true)) return;
    ::shutdown(fd_, SHUT_RDWR);
    acceptor_.join();
    ::close(fd_);
    {
      std::lock_guard lock{mutex_};
      for (auto& socket : sockets_) socket->shut();
    }
    for (auto& thread : threads_) thread.join();
    sockets_.clear();
  }

 private:
  void accept_all() {
    while (true) {
      const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      std::lock_guard lock{mutex_};
      ++accepted_;
      sockets_.push_back(std::make_unique<PeerSocket>(fd));
      threads_.emplace_back([this, socket = sockets_.back().get()] {
        script_(*socket);
        socket->shut();
      });
    }
  }

  Script script_;
  int fd_;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> accepted_{0};
  std::atomic<bool> killed_{false};
  std::mutex mutex_;
  std::vector<std::unique_ptr<PeerSocket>> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// Lets a script wait for the test.
class Gate {
 public:
  void open() {
    std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{10}, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace qm::aerospike::test
