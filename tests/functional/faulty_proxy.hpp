// Stands between the services: forwards, or fails in a chosen way. Listens on a loopback port of its own, so that two
// services that need each other's address can both start on port 0.
#pragma once
#include <atomic>
#include <cstdint>
#include <list>
#include <thread>

namespace qm::functional {

class FaultyProxy {
 public:
  enum class Mode { Forward, Refuse, Stall, Nonsense };

  FaultyProxy();
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;

  std::uint16_t port() const { return port_; }
  void forward_to(std::uint16_t port) { target_ = port; }
  void set_mode(Mode mode) { mode_ = mode; }
  int connections() const { return connections_; }  // taken since the start, in whatever mode

 private:
  struct Line {
    std::thread thread;
    std::atomic<bool> is_over{false};
  };

  void accept_loop();
  void serve(int client);
  void end_lines(bool all);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint16_t> target_{0};
  std::atomic<Mode> mode_{Mode::Forward};
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::thread acceptor_;
  std::list<Line> lines_;  // the acceptor's, while it runs
};

}  // namespace qm::functional
