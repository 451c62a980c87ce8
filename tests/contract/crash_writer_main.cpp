// Works on a store until it is killed, and tells of every acknowledged write. For crash_test.cpp.
//
//   crash_writer <directory> write <seed>   four writers, for ever
//   crash_writer <directory> hold           opens the store and waits
//   crash_writer <directory> full           writes until the disk refuses (files end at 150 kB), then reads, then ends
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <thread>

#include "platform/kv/rocks_store.hpp"
#include "platform/core/await.hpp"
#include "tests/contract/crash_words.hpp"

namespace qm::contract {
namespace {

using kv::Op;

// One line in one write: a pipe keeps it whole, and the kernel has it when the process dies.
void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(3);
}

// Raises a counter of its own and overwrites one of a few records, or makes a new one, by turns.
void write_for_ever(kv::Store& store, int writer, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  const std::string name = std::to_string(writer);
  while (true) {
    const bool durable = random() % 2 == 0;
    kv::OperateOptions counting;
    counting.durable = durable;
    const auto sum = await(store.operate({kCounters, name}, {Op::add("n", 1)}, counting));
    if (!sum) ::_exit(4);
    const std::int64_t n = *sum->results[0].as<std::int64_t>();
    say("count " + name + " " + std::to_string(n));

    kv::WriteOptions writing;
    writing.durable = durable;
    const std::string id = name + "_" + (n % 3 == 0 ? "new" + std::to_string(n) : "old" + std::to_string(n % 7));
    kv::Bins bins{{"n", n}, {"again", n}, {"group", n % kGroups}, {"pad", std::string(random() % 2000, 'x')}};
    if (!await(store.put({kRecords, id}, std::move(bins), writing))) ::_exit(5);
    say("put " + id + " " + std::to_string(n));
  }
}

int write_until_full(kv::Store& store) {
  for (int n = 0; n < 100'000; ++n) {
    const std::string id = std::to_string(n);
    const auto made = await(
        store.put({kRecords, id}, {{"n", n}, {"again", n}, {"group", n % kGroups}, {"pad", std::string(3000, 'x')}}));
    if (made) {
      say("put " + id + " " + id);
      continue;
    }
    say("failed " + std::to_string(static_cast<int>(made.error().kind)));
    const auto next = await(store.put({kRecords, "next"}, {{"n", 1}}));
    say("next " + std::to_string(next ? -1 : static_cast<int>(next.error().kind)));
    say("health " + std::to_string(static_cast<int>(await(store.health())->health)));
    say("read " + std::to_string(await(store.get({kRecords, "0"})) ? 1 : 0));
    return 0;
  }
  return 6;
}

int run(const std::string& directory, const std::string& mode, std::uint64_t seed) {
  if (mode == "full") {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{150'000, 150'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  const SystemClock clock;
  auto opened = kv::open_rocks_store(directory, "contract", clock, small_files());
  if (!opened) {
    say("refused " + opened.error().detail);
    return 2;
  }
  kv::Store& store = **opened;
  if (!await(store.ensure_index(kRecords, "group", kv::IndexType::Integer))) return 2;
  say("ready");
  if (mode == "full") return write_until_full(store);
  if (mode == "hold") {
    while (true) ::poll(nullptr, 0, -1);
  }
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w)
    writers.emplace_back([&store, w, seed] { write_for_ever(store, w, seed + static_cast<std::uint64_t>(w)); });
  for (auto& writer : writers) writer.join();
  return 0;
}

}  // namespace
}  // namespace qm::contract

int main(int count, char** words) {
  if (count < 3) return 1;
  return qm::contract::run(words[1], words[2], count > 3 ? std::stoull(words[3]) : 0);
}
