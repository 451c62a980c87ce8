// Our client of the Aerospike protocol under load, on one thread; bench/aerospike_official.c is its counterpart.
//   bench_aerospike HOST PORT NAMESPACE WHAT CONCURRENCY SECONDS RECORDS [SPIN_US]
// WHAT: fill    writes RECORDS records of six bins and 300 bytes into the set «bench»
//       get     reads one at random, CONCURRENCY at once, for SECONDS after half a second of warming up
//       put     writes one at random
//       batch   reads 100 at random
//       clear   empties the set
//       node    prints build=V service_threads=V defrag_lwm_pct=V of the node
// SPIN_US (default 0): how long its thread asks for more before it sleeps when nothing is left to do; the counterpart's
// event loop does the same. Asking counts as the process's time.
// prints: per_s=V p50_us=V p99_us=V cpu_us=V (of the whole process, per operation; nothing for fill and clear)
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "platform/aerospike/client.hpp"
#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"

namespace {

using namespace qm;
using namespace std::chrono_literals;
using aerospike::Bin;
using aerospike::Key;
using aerospike::Value;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 100;
constexpr std::size_t kTextBytes = 60;
constexpr std::size_t kFillers = 64;
constexpr auto kPatience = 5s;
constexpr auto kWarmUp = 500ms;

struct Load {
  aerospike::Client& client;
  std::string name_space;
  std::string what;
  std::size_t records;
  Clock::time_point from{};  // operations that end in from…until count
  Clock::time_point until{};
  std::atomic<std::size_t> running{0};
  std::size_t failed = 0;
  std::string why{};
  std::vector<std::uint32_t> latencies_ns{};
};

Key key_of(const Load& load, std::size_t index) {
  return {load.name_space, "bench", "key-" + std::to_string(index)};
}

std::vector<Bin> make_bins(std::size_t number) {
  static const std::string text(kTextBytes, 'x');
  std::vector<Bin> bins;
  bins.reserve(6);
  bins.push_back({"a", Value{static_cast<std::int64_t>(number)}});
  bins.push_back({"b", Value{2}});
  for (const char* name : {"c", "d", "e", "f"}) bins.push_back({name, Value{text}});
  return bins;
}

Task<Result<void>> write_one(Load& load, std::size_t index, std::size_t number) {
  auto key = key_of(load, index);
  auto bins = make_bins(number);
  aerospike::WriteOptions options;
  options.send_key = false;
  options.deadline = deadline_in(kPatience);
  const auto put = co_await load.client.put(std::move(key), std::move(bins), std::move(options));
  if (!put) co_return put.error();
  co_return Result<void>{};
}

Task<Result<void>> read_one(Load& load, std::size_t index) {
  auto key = key_of(load, index);
  aerospike::ReadOptions options;
  options.deadline = deadline_in(kPatience);
  const auto record = co_await load.client.get(std::move(key), {}, std::move(options));
  if (!record) co_return record.error();
  co_return Result<void>{};
}

Task<Result<void>> read_batch(Load& load, std::minstd_rand& random) {
  std::vector<Key> keys;
  keys.reserve(kBatch);
  for (std::size_t i = 0; i < kBatch; ++i) keys.push_back(key_of(load, random() % load.records));
  aerospike::ReadOptions options;
  options.deadline = deadline_in(kPatience);
  auto name_space = load.name_space;
  const auto records = co_await load.client.get_many(std::move(name_space), std::move(keys), {}, std::move(options));
  if (!records) co_return records.error();
  co_return Result<void>{};
}

void note(Load& load, const Result<void>& done) {
  if (done) return;
  ++load.failed;
  load.why = done.error().detail;
}

Task<void> keep_busy(Load& load, unsigned seed) {
  std::minstd_rand random{seed};
  for (auto begun = Clock::now(); begun < load.until;) {
    Result<void> done{};
    if (load.what == "get")
      done = co_await read_one(load, random() % load.records);
    else if (load.what == "put")
      done = co_await write_one(load, random() % load.records, random());
    else
      done = co_await read_batch(load, random);
    note(load, done);
    const auto ended = Clock::now();
    if (done && ended >= load.from && ended < load.until)
      load.latencies_ns.push_back(static_cast<std::uint32_t>((ended - begun).count()));
    begun = ended;
  }
  --load.running;
}

Task<void> fill(Load& load, std::size_t first) {
  for (std::size_t i = first; i < load.records; i += kFillers) {
    const auto done = co_await write_one(load, i, i);
    note(load, done);
  }
  --load.running;
}

double used_cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

template <class Tasks>
void spawn(Load& load, boost::asio::io_context& context, std::size_t count, Tasks tasks) {
  load.running = count;
  for (std::size_t i = 0; i < count; ++i) boost::asio::co_spawn(context, tasks(i), boost::asio::detached);
}

void wait(const Load& load) {
  while (load.running > 0) std::this_thread::sleep_for(1ms);
}

void measure(Load& load, boost::asio::io_context& context, std::size_t concurrency, double seconds) {
  load.latencies_ns.reserve(std::size_t{1} << 23);
  load.from = Clock::now() + kWarmUp;
  load.until = load.from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  spawn(load, context, concurrency, [&](std::size_t i) { return keep_busy(load, static_cast<unsigned>(i + 1)); });
  std::this_thread::sleep_until(load.from);
  const double before = used_cpu_us();
  std::this_thread::sleep_until(load.until);
  const double cpu = used_cpu_us() - before;
  wait(load);
  auto& all = load.latencies_ns;
  if (all.empty()) return;
  std::sort(all.begin(), all.end());
  const auto done = static_cast<double>(all.size());
  std::printf("per_s=%.0f p50_us=%.1f p99_us=%.1f cpu_us=%.2f\n", done / seconds, all[all.size() / 2] / 1e3,
              all[all.size() * 99 / 100] / 1e3, cpu / done);
}

bool print_node(Load& load) {
  const std::string service = "get-config:context=service";
  const std::string name_space = "get-config:context=namespace;id=" + load.name_space;
  auto commands = "build\n" + service + '\n' + name_space + '\n';
  auto answers = await(load.client.info({}, std::move(commands), deadline_in(kPatience)));
  if (!answers) return false;
  std::printf("build=%s service_threads=%s defrag_lwm_pct=%s\n", (*answers)["build"].c_str(),
              aerospike::parse_settings((*answers)[service])["service-threads"].c_str(),
              aerospike::parse_settings((*answers)[name_space])["storage-engine.defrag-lwm-pct"].c_str());
  return true;
}

int run(Load& load, boost::asio::io_context& context, std::size_t concurrency, double seconds) {
  std::vector<std::string> name_spaces{load.name_space};
  auto good = await(load.client.wait_until_ready(std::move(name_spaces), deadline_in(kPatience)));
  if (good && load.what == "clear")
    good = await(load.client.truncate(load.name_space, "bench", deadline_in(kPatience)));
  if (!good) {
    std::fprintf(stderr, "%s\n", good.error().detail.c_str());
    return 1;
  }
  if (load.what == "node") return print_node(load) ? 0 : 1;
  if (load.what == "fill") {
    spawn(load, context, kFillers, [&](std::size_t i) { return fill(load, i); });
    wait(load);
  } else if (load.what != "clear") {
    measure(load, context, concurrency, seconds);
  }
  if (load.failed == 0) return 0;
  std::fprintf(stderr, "%zu operations failed: %s\n", load.failed, load.why.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 8 || argc == 9 ? argv[4] : "";
  const bool known = what == "fill" || what == "get" || what == "put" || what == "batch" || what == "clear" ||
                     what == "node";
  const std::size_t concurrency = known ? std::strtoul(argv[5], nullptr, 10) : 0;
  const double seconds = known ? std::atof(argv[6]) : 0;
  const std::size_t records = known ? std::strtoul(argv[7], nullptr, 10) : 0;
  const std::chrono::microseconds spin{argc == 9 ? std::atol(argv[8]) : 0};
  if (concurrency == 0 || seconds <= 0 || records == 0 || spin.count() < 0 || spin > WorkerThreads::kMaxSpin) {
    std::fprintf(stderr,
                 "usage: %s HOST PORT NAMESPACE fill|get|put|batch|clear|node CONCURRENCY SECONDS RECORDS [SPIN_US]\n",
                 argv[0]);
    return 2;
  }
  aerospike::ClientOptions options;
  options.seeds = {{argv[1], static_cast<std::uint16_t>(std::atoi(argv[2]))}};
  WorkerThreads workers{1, spin};
  aerospike::Client client{std::move(options)};
  boost::asio::io_context* contexts[] = {&workers.context(0)};
  client.start(contexts);
  workers.start();
  Load load{client, argv[3], std::string{what}, records};
  const int code = run(load, workers.context(0), concurrency, seconds);
  client.stop();
  workers.stop();
  workers.join();
  return code;
}
