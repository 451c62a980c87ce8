// What a cluster of two is worth when a node dies: mixed reads and writes run on it while commands from outside kill,
// restart, pause and resume either node, round after round; in the end every record must be as the acknowledgements
// said, and calls must go as quickly as before.
//
//   failover_drill --host HOST[:PORT] --kill CMD --start CMD --pause CMD --resume CMD [--namespace NAME] [--rounds N]
//                  [--nodes A,B] [--down-s S]
// Each CMD is a line for sh, in which $1 is the node's name of --nodes (default 1,2). --start may return before the
// node serves. The namespace (default churn_features) must be replicated twice; its set «drill» is emptied, and its
// records have names of this run: what was removed may come back with a node that was away. They are compared after
// each event, as soon as the nodes are together again, and once more when all is replicated.
// Prints a line per event and a verdict. Exit code: 0 when every promise was kept, 1 when not, 2 for wrong options.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "tests/drill/drill_load.hpp"

namespace {

using namespace qm;
using namespace qm::drill;
using namespace std::chrono_literals;

constexpr auto kMeasure = 4s;
constexpr int kMeasureAgain = 7;
constexpr auto kHealing = 5min;          // at most, until all is replicated again: the servers take their time
constexpr auto kLongestWindow = 10s;     // of errors, at most
constexpr auto kLongestCall = 2s;        // calls have a second; a crowded machine may be late
constexpr double kLeastThroughput = 0.9;
constexpr double kMostGrowthMb = 16;     // of memory, after the first round
constexpr std::size_t kMostFaultsShown = 20;

struct Options {
  std::map<std::string, std::string> given{{"namespace", "churn_features"}, {"rounds", "10"}, {"nodes", "1,2"},
                                           {"down-s", "4"}};
  const std::string& operator[](const std::string& name) const { return given.at(name); }
};

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name.substr(0, 2) != "--") return std::nullopt;
    options.given[name.substr(2)] = argv[i + 1];
  }
  for (const char* needed : {"host", "kill", "start", "pause", "resume"}) {
    if (!options.given.contains(needed)) return std::nullopt;
  }
  const bool two = std::count(options["nodes"].begin(), options["nodes"].end(), ',') == 1;
  return argc % 2 == 1 && options.given.size() == 9 && two ? std::optional{options} : std::nullopt;
}

double seconds(Span span) { return std::chrono::duration<double>(span).count(); }

// Whether the command said that it went well.
bool run_command(const std::string& command, const std::string& node) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), "sh", node.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string name_of_run() {
  return std::to_string(std::chrono::system_clock::now().time_since_epoch() / 1ms);
}

double resident_mb() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1048576.0;
}

std::size_t open_sockets() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (target.starts_with("socket:")) ++count;
  }
  return count;
}

enum class EventKind : std::uint8_t { Kill, Pause };

struct Event {
  std::size_t round = 0;
  EventKind kind = EventKind::Kill;
  std::string node;
  std::chrono::milliseconds away{};  // how long the node is gone
};

class Drill {
 public:
  Drill(const Options& options, aerospike::Client& client, boost::asio::io_context& context)
      : options_(options), client_(client), load_(client, context, {options["namespace"], name_of_run()}) {
    const auto comma = options["nodes"].find(',');
    nodes_ = {options["nodes"].substr(0, comma), options["nodes"].substr(comma + 1)};
  }

  bool run() {
    (void)await(client_.truncate(options_["namespace"], DrillLoad::kSet, deadline_in(5s)));
    if (!wait_until_healed()) return fail("the cluster of two is not whole to begin with");
    std::printf("%5s %5s %4s %6s | %8s %8s %5s | %7s %7s %8s %7s | %8s %8s %8s | %5s %6s\n", "round", "event",
                "node", "away_s", "before/s", "after/s", "ratio", "unavail", "timeout", "in_doubt", "strange",
                "window_s",
                "call_s", "healed_s", "conns", "rss_mb");
    const std::size_t rounds = std::strtoul(options_["rounds"].c_str(), nullptr, 10);
    const auto down = std::chrono::milliseconds{std::strtol(options_["down-s"].c_str(), nullptr, 10) * 1000};
    const std::chrono::milliseconds pauses[] = {1000ms, 4000ms, 2000ms};
    for (std::size_t round = 1; round <= rounds; ++round) {
      load_.start();
      std::this_thread::sleep_for(1s);
      pass({round, EventKind::Kill, nodes_[0], down});
      pass({round, EventKind::Kill, nodes_[1], down});
      pass({round, EventKind::Pause, nodes_[round % 2], pauses[round % 3]});
      compare(round, "when all is replicated");
      load_.stop();
      load_.forget();
      check_memory(round);
    }
    (void)await(client_.truncate(options_["namespace"], DrillLoad::kSet, deadline_in(5s)));
    std::printf("verdict: %s; %zu rounds, %llu records compared, longest window of errors %.1f s\n",
                good_ ? "kept" : "BROKEN", rounds, static_cast<unsigned long long>(compared_),
                seconds(longest_window_));
    return good_;
  }

 private:
  bool fail(const std::string& why) {
    std::printf("FAULT: %s\n", why.c_str());
    return good_ = false;
  }
  void require(bool kept, const std::string& otherwise) {
    if (!kept) fail(otherwise);
  }

  double throughput() {
    const auto begun = std::chrono::steady_clock::now();
    const auto before = load_.tally().done();
    std::this_thread::sleep_for(kMeasure);
    return static_cast<double>(load_.tally().done() - before) / seconds(std::chrono::steady_clock::now() - begun);
  }

  // Until both nodes are known, agree on a cluster of two and have nothing left to replicate, if that matters.
  bool wait_until_healed(bool replicated = true) {
    const std::string question =
        std::string{"cluster-stable:size=2;ignore-migrations="} + (replicated ? "false\n" : "true\n");
    const auto until = std::chrono::steady_clock::now() + kHealing;
    while (std::chrono::steady_clock::now() < until) {
      const auto answers = await(client_.info_all(question, deadline_in(2s)));
      std::set<std::string> keys;
      bool stable = answers && answers->size() == 2;
      if (stable) {
        for (const auto& [node, texts] : *answers) {
          for (const auto& [command, answer] : texts) keys.insert(answer);
        }
      }
      stable = stable && keys.size() == 1 && !keys.begin()->starts_with("ERROR");
      if (stable) return true;
      std::this_thread::sleep_for(200ms);
    }
    return false;
  }

  void pass(const Event& event) {
    const bool kill = event.kind == EventKind::Kill;
    const double before = throughput();
    (void)load_.tally().take();
    const auto begun = std::chrono::steady_clock::now();
    bool done = run_command(options_[kill ? "kill" : "pause"], event.node);
    std::this_thread::sleep_for(event.away);
    done = run_command(options_[kill ? "start" : "resume"], event.node) && done;
    require(done, "a command for node " + event.node + " failed");
    std::this_thread::sleep_for(1s);  // a node that was paused takes a while to see that the others went on
    require(wait_until_healed(false), "the nodes did not find each other again");
    compare(event.round, "while the nodes still exchange what they missed");
    require(wait_until_healed(), "the cluster did not become whole again");
    const auto healed = std::chrono::steady_clock::now() - begun;
    std::this_thread::sleep_for(2s);
    const Outcomes outcomes = load_.tally().take();
    double after = throughput();
    // The machine may have other things to do: what counts is that it comes back.
    for (int again = 0; again < kMeasureAgain && after < kLeastThroughput * before; ++again) after = throughput();
    const Outcomes later = load_.tally().take();
    print(event, before, after, outcomes, healed);
    judge(before, after, outcomes, later);
  }

  void print(const Event& event, double before, double after, const Outcomes& outcomes, Span healed) {
    std::printf("%5zu %5s %4s %6.1f | %8.0f %8.0f %5.2f | %7llu %7llu %8llu %7llu | %8.2f %8.2f %8.1f | %5llu %6.1f\n",
                event.round, event.kind == EventKind::Kill ? "kill" : "pause", event.node.c_str(), seconds(event.away),
                before, after, after / before, static_cast<unsigned long long>(outcomes.unavailable),
                static_cast<unsigned long long>(outcomes.timeout), static_cast<unsigned long long>(outcomes.in_doubt),
                static_cast<unsigned long long>(outcomes.strange), seconds(outcomes.longest_window),
                seconds(outcomes.longest_call), seconds(healed),
                static_cast<unsigned long long>(client_.stats().connections_open()), resident_mb());
    std::fflush(stdout);
  }

  void judge(double before, double after, const Outcomes& outcomes, const Outcomes& later) {
    longest_window_ = std::max(longest_window_, outcomes.longest_window);
    require(after >= kLeastThroughput * before, "calls are slower than before");
    require(outcomes.strange == 0, "an error that is none of a failover: " + outcomes.strange_example);
    require(outcomes.longest_window <= kLongestWindow, "calls failed for too long");
    require(outcomes.longest_call <= kLongestCall, "a call outlived its deadline");
    require(later.unavailable + later.timeout + later.in_doubt + later.strange == 0,
            "calls fail although the cluster is whole");
    const auto known = client_.stats().connections_open();
    const auto sockets = open_sockets();
    require(known <= kMostConnections, "connections: " + std::to_string(known));
    // One may come or go between the two looks.
    require(sockets <= known + 2, "sockets: " + std::to_string(sockets) + " for " + std::to_string(known));
  }

  void compare(std::size_t round, const char* when) {
    load_.stop();
    const auto faults = load_.verify();
    load_.start();
    compared_ += load_.verified_records();
    for (std::size_t i = 0; i < faults.size() && i < kMostFaultsShown; ++i) fail(faults[i]);
    std::printf("# round %zu: %llu records compared %s, %zu wrong\n", round,
                static_cast<unsigned long long>(load_.verified_records()), when, faults.size());
    std::fflush(stdout);
  }

  void check_memory(std::size_t round) {
    if (round == 1)
      first_mb_ = resident_mb();
    else
      require(resident_mb() <= first_mb_ + kMostGrowthMb, "memory grows: " + std::to_string(resident_mb()) + " MB");
  }

  // Of one thread to two nodes: reads, writes, streams, tending (ClientOptions).
  static constexpr std::uint64_t kMostConnections = 2 * (64 + 64 + 8 + 1);

  const Options& options_;
  aerospike::Client& client_;
  DrillLoad load_;
  std::vector<std::string> nodes_;
  bool good_ = true;
  double first_mb_ = 0;
  std::uint64_t compared_ = 0;
  Span longest_window_{};
};

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "usage: %s --host HOST[:PORT] --kill CMD --start CMD --pause CMD --resume CMD"
                         " [--namespace NAME] [--rounds N] [--nodes A,B] [--down-s S]\n", argv[0]);
    return 2;
  }
  aerospike::ClientOptions settings;
  const std::string& host = (*options)["host"];
  const auto colon = host.rfind(':');
  const auto port = colon == std::string::npos ? 3000 : std::atoi(host.c_str() + colon + 1);
  settings.seeds = {{host.substr(0, colon), static_cast<std::uint16_t>(port)}};
  WorkerThreads workers{1};
  aerospike::Client client{std::move(settings)};
  boost::asio::io_context* contexts[] = {&workers.context(0)};
  client.start(contexts);
  workers.start();
  std::vector<std::string> name_spaces{(*options)["namespace"]};
  const auto ready = await(client.wait_until_ready(std::move(name_spaces), deadline_in(30s)));
  if (!ready) std::fprintf(stderr, "%s\n", ready.error().detail.c_str());
  bool good = false;
  if (ready) good = Drill{*options, client, workers.context(0)}.run();
  client.stop();
  workers.stop();
  workers.join();
  return good ? 0 : 1;
}
