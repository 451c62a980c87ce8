// The embedded engine under load, one worker thread, N coroutines at once.
//   bench_store DIRECTORY RECORDS VALUE_BYTES WRITERS SECONDS
// Fills the records (not durable), then reads at random, then writes durably at random, each for SECONDS.
// prints: read_per_s=V write_durable_per_s=V
#include <cstdio>
#include <cstdlib>
#include <random>

#include "platform/core/runtime.hpp"
#include "platform/kv/rocks_store.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Run {
  qm::kv::Store& store;
  std::size_t records;
  std::size_t value_bytes;
  Clock::time_point until{};
  std::size_t done = 0;
  std::size_t failed = 0;
};

qm::kv::Key key_of(std::size_t index) {
  char id[24];
  std::snprintf(id, sizeof id, "%016zu", index);
  return {"bench", id};
}

// Half random, half not: as compressible as db_bench's values are by default.
std::string make_value(std::size_t bytes, std::minstd_rand& random) {
  std::string value(bytes, 'x');
  for (std::size_t i = 0; i < bytes / 2; ++i) value[i] = static_cast<char>(' ' + random() % 95);
  return value;
}

qm::Task<void> fill(Run& run) {
  std::minstd_rand random{1};
  for (std::size_t i = 0; i < run.records; ++i) {
    qm::kv::Bins bins;
    bins.emplace("value", make_value(run.value_bytes, random));
    qm::kv::WriteOptions options;
    options.durable = false;
    auto put = co_await run.store.put(key_of(i), std::move(bins), options);
    if (!put) ++run.failed;
  }
}

qm::Task<void> read(Run& run, unsigned seed) {
  std::minstd_rand random{seed};
  while (Clock::now() < run.until) {
    auto record = co_await run.store.get(key_of(random() % run.records));
    record ? ++run.done : ++run.failed;
  }
}

qm::Task<void> write(Run& run, unsigned seed) {
  std::minstd_rand random{seed};
  while (Clock::now() < run.until) {
    qm::kv::Bins bins;
    bins.emplace("value", make_value(run.value_bytes, random));
    qm::kv::WriteOptions options;
    options.mode = qm::kv::WriteMode::Replace;
    auto put = co_await run.store.put(key_of(random() % run.records), std::move(bins), options);
    put ? ++run.done : ++run.failed;
  }
}

// Spawns what `tasks` gives for 1…count and runs until all have ended. → operations per second.
template <class Tasks>
double run_all(Run& run, std::size_t count, double seconds, Tasks tasks) {
  boost::asio::io_context context{1};
  run.done = 0;
  const auto begun = Clock::now();
  run.until = begun + std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
  for (std::size_t i = 1; i <= count; ++i) {
    boost::asio::co_spawn(context.get_executor(), tasks(static_cast<unsigned>(i)), boost::asio::detached);
  }
  context.run();
  return static_cast<double>(run.done) / std::chrono::duration<double>(Clock::now() - begun).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: %s DIRECTORY RECORDS VALUE_BYTES WRITERS SECONDS\n", argv[0]);
    return 2;
  }
  const qm::SystemClock clock;
  auto store = qm::kv::open_rocks_store(argv[1], "bench", clock);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().detail.c_str());
    return 1;
  }
  Run run{**store, std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10)};
  const std::size_t writers = std::strtoul(argv[4], nullptr, 10);
  const double seconds = std::atof(argv[5]);
  if (run.records == 0 || writers == 0 || seconds <= 0) return 2;
  run_all(run, 1, 0, [&](unsigned) { return fill(run); });
  const double reads = run_all(run, 1, seconds, [&](unsigned seed) { return read(run, seed); });
  const double writes = run_all(run, writers, seconds, [&](unsigned seed) { return write(run, seed); });
  if (run.failed != 0) {
    std::fprintf(stderr, "%zu operations failed\n", run.failed);
    return 1;
  }
  std::printf("read_per_s=%.0f write_durable_per_s=%.0f\n", reads, writes);
  return 0;
}
