#include "tests/contract/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

extern char** environ;

namespace qm::contract {

ChildProcess::ChildProcess(const std::string& program, std::vector<std::string> arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::string path = std::string{QM_BIN_DIR} + "/" + program;
  std::vector<char*> words{path.data()};
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int failed = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  out_ = ends[0];
  if (failed != 0) {
    pid_ = -1;
    ::close(out_);
    throw std::runtime_error("cannot start " + path);
  }
}

ChildProcess::~ChildProcess() {
  (void)kill();
  ::close(out_);
}

bool ChildProcess::read_some() {
  char chunk[65536];
  const ssize_t n = ::read(out_, chunk, sizeof chunk);
  if (n > 0) buffered_.append(chunk, static_cast<std::size_t>(n));
  return n > 0;
}

std::optional<std::string> ChildProcess::cut_line() {
  const std::size_t end = buffered_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffered_.substr(0, end);
  buffered_.erase(0, end + 1);
  return line;
}

std::optional<std::string> ChildProcess::next_line(std::chrono::steady_clock::time_point until) {
  while (true) {
    if (auto line = cut_line()) return line;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd waiting{out_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0 || !read_some())
      return std::nullopt;
  }
}

std::vector<std::string> ChildProcess::kill() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    while (read_some()) {
    }
  }
  std::vector<std::string> lines;
  while (auto line = cut_line()) lines.push_back(std::move(*line));
  return lines;
}

}  // namespace qm::contract
