// A program's options: one table with name, environment variable, default, unit, range and one line of help. The
// command line beats the environment, which beats the default. `--help` prints the table.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qm::config {

class Options {
 public:
  Options(std::string program, std::string about);
  ~Options();
  Options(const Options&) = delete;

  // `env` may be "". `target` keeps its value as the default; it must outlive parse().
  void text(std::string name, std::string env, std::string& target, std::string help);
  void integer(std::string name, std::string env, std::int64_t& target, std::int64_t low, std::int64_t high,
               std::string unit, std::string help);
  void milliseconds(std::string name, std::string env, std::chrono::milliseconds& target, std::int64_t low,
                    std::int64_t high, std::string help);
  void choice(std::string name, std::string env, std::string& target, std::vector<std::string> values,
              std::string help);
  void flag(std::string name, std::string env, bool& target, std::string help);

  // → −1: go on; otherwise the exit code (0 after --help or --version, 2 after a mistake, which it explains on
  // standard error).
  int parse(int argc, const char* const* argv);

 private:
  struct Impl;
  Impl* impl_;
};

}  // namespace qm::config
