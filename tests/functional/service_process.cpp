#include "tests/functional/service_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace qm::functional {

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment, const std::filesystem::path& log) {
  const std::string path = std::string{QM_BIN_DIR} + "/" + program;
  std::vector<std::string> words{path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing behind
    const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    for (const auto& setting : environment) ::putenv(const_cast<char*>(setting.c_str()));
    ::execv(path.c_str(), argv.data());
    ::_exit(127);
  }
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  const bool ended =
      eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, std::chrono::milliseconds{30'000});
  if (!ended) return -1000;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

ServiceProcess::ServiceProcess(const std::string& program, std::filesystem::path dir,
                               std::vector<std::string> arguments, std::string name) {
  if (name.empty()) name = program;
  log_ = dir / (name + ".log");
  const auto port_file = dir / (name + ".port");
  std::filesystem::remove(port_file);
  arguments.insert(arguments.end(),
                   {"--port", "0", "--port-file", port_file.string(), "--data-dir", (dir / name).string()});
  pid_ = spawn(program, arguments, {}, log_);
  const bool ready = eventually(
      [&] {
        if (::kill(pid_, 0) != 0) return true;
        const std::string text = read_file(port_file);
        if (text.empty()) {
          int status = 0;
          if (::waitpid(pid_, &status, WNOHANG) == pid_) pid_ = -1;
          return pid_ == -1;
        }
        peer_ = Peer{static_cast<std::uint16_t>(std::stoi(text))};
        return peer_.get("/health/ready").status == 200;
      },
      std::chrono::milliseconds{60'000});
  if (!ready || peer_.port() == 0) {
    const std::string text = log();
    kill();
    throw std::runtime_error(program + " did not become ready:\n" +
                             text.substr(text.size() > 4000 ? text.size() - 4000 : 0));
  }
}

ServiceProcess::~ServiceProcess() { kill(); }

ServiceProcess::ServiceProcess(ServiceProcess&& other) noexcept { *this = std::move(other); }

ServiceProcess& ServiceProcess::operator=(ServiceProcess&& other) noexcept {
  std::swap(log_, other.log_);
  std::swap(pid_, other.pid_);
  std::swap(peer_, other.peer_);
  return *this;
}

std::string ServiceProcess::log() const { return read_file(log_); }

void ServiceProcess::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

int ServiceProcess::wait() {
  if (pid_ <= 0) return 0;
  const int code = wait_for(pid_);
  if (code != -1000) pid_ = -1;
  return code;
}

int ServiceProcess::terminate() {
  signal(SIGTERM);
  return wait();
}

void ServiceProcess::kill() {
  signal(SIGKILL);
  wait();
}

Finished run_to_end(const std::string& program, const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment) {
  TempDir dir;
  const auto log = dir.path() / "output";
  const pid_t pid = spawn(program, arguments, environment, log);
  const int code = wait_for(pid);
  if (code == -1000) ::kill(pid, SIGKILL);
  return {code, read_file(log)};
}

}  // namespace qm::functional
