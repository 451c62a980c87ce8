// The real programs, launched for a test on port 0 and ended by pid.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "platform/core/temp_dir.hpp"
#include "tests/functional/http_peer.hpp"

namespace qm::functional {

class ServiceProcess {
 public:
  ServiceProcess() = default;
  // Starts bin/`program` with `arguments`, and --port 0, --port-file and --data-dir under `dir`, all named after the
  // program or, where several of it share the directory, after `name`. Waits until it is ready; throws
  // std::runtime_error with the end of its log when it is not within a minute.
  ServiceProcess(const std::string& program, std::filesystem::path dir, std::vector<std::string> arguments,
                 std::string name = {});
  ~ServiceProcess();  // SIGKILL
  ServiceProcess(ServiceProcess&& other) noexcept;
  ServiceProcess& operator=(ServiceProcess&& other) noexcept;

  const Peer& peer() const { return peer_; }
  std::uint16_t port() const { return peer_.port(); }
  pid_t pid() const { return pid_; }
  std::string log() const;

  void signal(int number) const;
  // Waits for the end; → exit code, or minus the signal that ended it; −1000 after 30 s.
  int wait();
  int terminate();  // SIGTERM, then wait()
  void kill();      // SIGKILL, then wait()

 private:
  std::filesystem::path log_;
  pid_t pid_ = -1;
  Peer peer_;
};

struct Finished {
  int exit_code = 0;
  std::string output;  // both streams
};
// Runs bin/`program` to its end (at most 30 s).
Finished run_to_end(const std::string& program, const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment = {});

}  // namespace qm::functional
