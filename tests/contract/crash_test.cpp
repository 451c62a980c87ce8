// What was acknowledged outlives the process, however it dies. QM_SEED replays the moments of the kills.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <sstream>

#include "platform/core/await.hpp"
#include "tests/contract/child_process.hpp"
#include "tests/contract/crash_words.hpp"
#include "platform/core/temp_dir.hpp"

namespace qm::contract {
namespace {

using namespace std::chrono_literals;

// The last acknowledged number of each counter and record.
struct Acknowledged {
  std::map<std::string, std::int64_t> counters, records;

  void take(const std::string& line) {
    std::istringstream words{line};
    std::string what, name;
    std::int64_t n = 0;
    if (!(words >> what >> name >> n)) return;
    if (what == "count") counters[name] = n;
    if (what == "put") records[name] = n;
  }
};

std::int64_t number(const kv::Record& record, const char* bin) {
  const auto* n = record.get<std::int64_t>(bin);
  return n == nullptr ? -1 : *n;
}

// Nothing acknowledged is missing or older than acknowledged; a call whose answer was lost may have happened.
void expect_nothing_lost(kv::Store& store, const Acknowledged& known) {
  for (const auto& [name, n] : known.counters) {
    const auto counter = await(store.get({kCounters, name}));
    ASSERT_TRUE(counter) << "counter " << name;
    EXPECT_GE(number(*counter, "n"), n) << "counter " << name;
    EXPECT_LE(number(*counter, "n"), n + 1) << "counter " << name << ": one addition at most was on its way";
  }
  for (const auto& [id, n] : known.records) {
    const auto record = await(store.get({kRecords, id}));
    ASSERT_TRUE(record) << "record " << id;
    EXPECT_GE(number(*record, "n"), n) << id;
    EXPECT_EQ(number(*record, "n"), number(*record, "again")) << id << " is torn";
  }
}

// Every record is in the index at its value, nothing else is, and the counters count them.
void expect_all_agrees(kv::Store& store) {
  std::map<std::string, std::int64_t> by_scan, by_index;
  std::string cursor;
  do {
    const auto page = await(store.scan(kRecords, cursor, 1000));
    ASSERT_TRUE(page);
    for (const auto& entry : page->entries) by_scan[entry.key.id] = number(entry.record, "group");
    cursor = page->cursor;
  } while (!cursor.empty());
  for (int group = 0; group < kGroups; ++group) {
    do {
      const auto page = await(store.find(kRecords, "group", {group, group}, cursor, 1000));
      ASSERT_TRUE(page);
      for (const auto& entry : page->entries) by_index[entry.key.id] = group;
      cursor = page->cursor;
    } while (!cursor.empty());
  }
  EXPECT_EQ(by_scan, by_index);
  const auto stats = await(store.stats());
  for (const auto& each : stats->sets) {
    if (each.set == kRecords) EXPECT_EQ(each.records, static_cast<std::int64_t>(by_scan.size()));
  }
}

std::uint64_t seed_of_this_run() {
  const char* given = std::getenv("QM_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("replay with QM_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

TEST(StoreCrash, NothingAcknowledgedIsLostToSigkill) {
  const std::uint64_t seed = seed_of_this_run();
  std::mt19937_64 random{seed};
  const SystemClock clock;
  TempDir dir;
  Acknowledged known;
  std::size_t rounds_with_writes = 0;
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + " of QM_SEED=" + std::to_string(seed));
    ChildProcess writer{"crash_writer", {(dir.path() / "kv").string(), "write", std::to_string(random())}};
    // Every fifth dies at any moment of its start, the others a moment after so many acknowledged writes: a slow
    // machine writes as many as a quick one.
    const bool early = round % 5 == 4;
    const std::uint64_t writes = early ? 0 : 1 + random() % 200;
    const std::chrono::milliseconds lives_on{random() % (early ? 100 : 10)};
    Acknowledged fresh;
    if (!early) ASSERT_EQ(writer.next_line(std::chrono::steady_clock::now() + 30s), "ready");
    for (std::uint64_t i = 0; i < writes; ++i) {
      const auto line = writer.next_line(std::chrono::steady_clock::now() + 30s);
      ASSERT_TRUE(line);
      fresh.take(*line);
    }
    const auto end = std::chrono::steady_clock::now() + lives_on;
    while (auto line = writer.next_line(end)) fresh.take(*line);
    for (const auto& line : writer.kill()) fresh.take(line);
    rounds_with_writes += fresh.records.empty() ? 0 : 1;

    auto opened = kv::open_rocks_store(dir.path() / "kv", "contract", clock, small_files());
    ASSERT_TRUE(opened) << opened.error().detail;
    expect_nothing_lost(**opened, fresh);
    for (const auto& [name, n] : fresh.counters) known.counters[name] = n;
    for (const auto& [id, n] : fresh.records) known.records[id] = n;
    for (auto& [name, n] : known.counters) {  // what was on its way may have been stored: the next round begins there
      const auto counter = await((*opened)->get({kCounters, name}));
      ASSERT_TRUE(counter);
      n = number(*counter, "n");
    }
    if (await((*opened)->ensure_index(kRecords, "group", kv::IndexType::Integer))) expect_all_agrees(**opened);
  }
  EXPECT_GE(rounds_with_writes, 15u) << "the kills said nothing";
  auto opened = kv::open_rocks_store(dir.path() / "kv", "contract", clock, small_files());
  ASSERT_TRUE(opened);
  expect_nothing_lost(**opened, known);
}

TEST(StoreCrash, ADiskThatRefusesWritesStopsWritingOnly) {
  const SystemClock clock;
  TempDir dir;
  Acknowledged known;
  std::vector<std::string> end;
  {
    ChildProcess writer{"crash_writer", {(dir.path() / "kv").string(), "full"}};
    while (auto line = writer.next_line(std::chrono::steady_clock::now() + 30s)) {
      known.take(*line);
      if (!line->starts_with("put")) end.push_back(*line);
    }
  }
  const auto kind = [](ErrorKind of) { return std::to_string(static_cast<int>(of)); };
  EXPECT_THAT(
      end, testing::ElementsAre("ready", "failed " + kind(ErrorKind::InDoubt), "next " + kind(ErrorKind::Unavailable),
                                "health " + std::to_string(static_cast<int>(kv::Health::Down)), "read 1"));
  EXPECT_GT(known.records.size(), 10u);
  auto opened = kv::open_rocks_store(dir.path() / "kv", "contract", clock);
  ASSERT_TRUE(opened) << opened.error().detail;
  expect_nothing_lost(**opened, known);
  expect_all_agrees(**opened);
  EXPECT_TRUE(await((*opened)->put({kRecords, "again"}, {{"n", 1}})));
}

}  // namespace
}  // namespace qm::contract
