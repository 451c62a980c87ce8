// A program of ours as a child, its output read line by line. Ended by its id at the latest when this goes.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace qm::contract {

class ChildProcess {
 public:
  // Starts bin/`program`; throws std::runtime_error when it cannot.
  ChildProcess(const std::string& program, std::vector<std::string> arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line, waiting until `until`; nullopt when none came or the output has ended.
  std::optional<std::string> next_line(std::chrono::steady_clock::time_point until);
  // SIGKILL, waits, and returns the lines that were still in the pipe (a last one without its end is dropped).
  std::vector<std::string> kill();

 private:
  bool read_some();
  std::optional<std::string> cut_line();

  pid_t pid_ = -1;
  int out_ = -1;
  std::string buffered_;
};

}  // namespace qm::contract
