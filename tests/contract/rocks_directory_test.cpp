// The embedded engine's directory: held, of another format, damaged, not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>

#include <fstream>

#include "platform/core/await.hpp"
#include "tests/contract/child_process.hpp"
#include "tests/contract/crash_words.hpp"
#include "platform/core/temp_dir.hpp"

namespace qm::contract {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class RocksDirectory : public testing::Test {
 protected:
  std::filesystem::path path() const { return dir_.path() / "kv"; }
  Result<std::unique_ptr<kv::Store>> open() { return kv::open_rocks_store(path(), "contract", clock_, small_files()); }
  std::string refusal() {
    const auto opened = open();
    if (opened) return "it was opened";
    EXPECT_EQ(opened.error().kind, ErrorKind::Unavailable);
    return opened.error().detail;
  }

  void fill(int records) {
    auto opened = open();
    ASSERT_TRUE(opened);
    for (int i = 0; i < records; ++i) {
      kv::WriteOptions options;
      options.durable = false;
      // Bytes that do not compress, so that damage hits records.
      std::string pad(1000, '\0');
      for (std::size_t k = 0; k < pad.size(); ++k)
        pad[k] = static_cast<char>((static_cast<std::size_t>(i) * 2654435761u + k * k * 40503u) >> 7);
      ASSERT_TRUE(
          await((*opened)->put({"user", std::to_string(i)}, {{"n", i}, {"pad", kv::Bytes{std::move(pad)}}}, options)));
    }
  }

  std::vector<std::filesystem::path> files(const std::string& extension) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator{path()}) {
      if (entry.path().extension() == extension && entry.file_size() > 0) found.push_back(entry.path());
    }
    return found;
  }

  // Exchanges one byte.
  static void damage(const std::filesystem::path& file, std::uintmax_t at) {
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekg(static_cast<std::streamoff>(at));
    const char was = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(was ^ 0x55));
    ASSERT_TRUE(bytes.good());
  }

  TempDir dir_;
  const SystemClock clock_{};
};

// The index and the filter of a file that is large beside the cache were loaded anew for every read.
TEST_F(RocksDirectory, OfALargeFileReadsNoIndexAgainAndAgain) {
  kv::RocksOptions options;
  options.cache_bytes = 64 * 1024;
  options.write_buffer_bytes = 64 * 1024 * 1024;  // so that the next start makes one file of it all
  {
    auto opened = kv::open_rocks_store(path(), "contract", clock_, options);
    ASSERT_TRUE(opened);
    for (int i = 0; i < 50'000; ++i) {
      kv::WriteOptions quick;
      quick.durable = false;
      ASSERT_TRUE(await((*opened)->put({"user", std::to_string(i)}, {{"n", i}}, quick)));
    }
  }
  auto opened = kv::open_rocks_store(path(), "contract", clock_, options);
  ASSERT_TRUE(opened);
  ASSERT_EQ(files(".sst").size(), 1u);
  ASSERT_TRUE(await((*opened)->get({"user", "4711"})));
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(await((*opened)->get({"user", "4711"})));
  const auto& read = *rocksdb::get_perf_context();
  EXPECT_EQ(read.index_block_read_count + read.filter_block_read_count, 0u);
  EXPECT_GT(read.block_cache_hit_count, 0u) << "so it was counted";
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
}

TEST_F(RocksDirectory, NamesTheProcessThatHoldsIt) {
  ChildProcess holder{"crash_writer", {path().string(), "hold"}};
  ASSERT_EQ(holder.next_line(std::chrono::steady_clock::now() + 30s), "ready");
  const std::string said = refusal();
  EXPECT_THAT(said, HasSubstr("in use"));
  EXPECT_THAT(said, HasSubstr(std::to_string(holder.pid())));
  EXPECT_THAT(said, HasSubstr(path().string()));
  (void)holder.kill();
  EXPECT_TRUE(open()) << "a dead process holds nothing";
}

TEST_F(RocksDirectory, IsRefusedToTheSameProcessTwice) {
  auto first = open();
  ASSERT_TRUE(first);
  EXPECT_THAT(refusal(), HasSubstr("in use"));
}

TEST_F(RocksDirectory, OfANewerFormatIsRefused) {
  fill(1);
  {
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path().string(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db{raw};
    ASSERT_TRUE(db->Put({}, "mformat", "2").ok());
  }
  EXPECT_THAT(refusal(), HasSubstr("newer version (format 2"));
}

TEST_F(RocksDirectory, ThatCannotBeMadeIsRefused) {
  std::ofstream{path()} << "a file";
  EXPECT_THAT(refusal(), HasSubstr(path().string()));
  const auto nowhere = kv::open_rocks_store("/proc/none/kv", "contract", clock_);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::Unavailable);
}

TEST_F(RocksDirectory, ThatCannotBeWrittenIsNotSaidToBeInUse) {
  std::filesystem::create_directories(path() / "LOCK");  // RocksDB can open no lock file there, not even for root
  EXPECT_THAT(refusal(), testing::Not(HasSubstr("in use")));
}

TEST_F(RocksDirectory, WithADamagedManifestIsRefused) {
  fill(5);
  for (const auto& entry : std::filesystem::directory_iterator{path()}) {
    if (entry.path().filename().string().starts_with("MANIFEST")) damage(entry.path(), entry.file_size() / 2);
  }
  EXPECT_THAT(refusal(), HasSubstr("cannot be opened"));
}

TEST_F(RocksDirectory, WithALogDamagedInTheMiddleIsRefused) {
  fill(100);
  const auto logs = files(".log");
  ASSERT_EQ(logs.size(), 1u);
  damage(logs[0], std::filesystem::file_size(logs[0]) / 2);
  EXPECT_THAT(refusal(), HasSubstr("cannot be opened")) << "what follows the damage would be lost without a word";
}

TEST_F(RocksDirectory, WithALogThatEndsWithinARecordIsOpened) {
  fill(100);
  const auto logs = files(".log");
  ASSERT_EQ(logs.size(), 1u);
  std::filesystem::resize_file(logs[0], std::filesystem::file_size(logs[0]) - 3);
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_TRUE(await((*opened)->get({"user", "98"})));
}

TEST_F(RocksDirectory, WithADamagedTableShowsTheDamage) {
  fill(1000);  // more than one buffer: the first records are in tables by now
  auto tables = files(".sst");
  ASSERT_FALSE(tables.empty());
  std::sort(tables.begin(), tables.end());
  damage(tables[0], std::filesystem::file_size(tables[0]) / 3);
  auto opened = open();
  if (!opened) return;  // seen at once: as good
  int damaged = 0, whole = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto record = await((*opened)->get({"user", std::to_string(i)}));
    if (record) {
      EXPECT_EQ(*record->get<std::int64_t>("n"), i);
      ++whole;
    } else {
      EXPECT_EQ(record.error().kind, ErrorKind::Internal) << "a damaged record is not a missing one";
      ++damaged;
    }
  }
  EXPECT_GT(damaged, 0);
  EXPECT_GT(whole, 0) << "reads of what is whole go on";
  std::string cursor;
  std::optional<ErrorKind> scan_failed;
  do {
    const auto page = await((*opened)->scan("user", cursor, 1000));
    if (!page) scan_failed = page.error().kind;
    cursor = page ? page->cursor : "";
  } while (!cursor.empty());
  EXPECT_EQ(scan_failed, ErrorKind::Internal);
}

TEST_F(RocksDirectory, WithARecordThatIsNoneShowsTheDamage) {
  fill(3);
  {
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path().string(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db{raw};
    ASSERT_TRUE(db->Put({}, std::string("ruser\0", 6) + "1", "\x01rubbish").ok());
  }
  auto opened = open();
  ASSERT_TRUE(opened);
  kv::Store& store = **opened;
  EXPECT_EQ(await(store.get({"user", "1"})).error().kind, ErrorKind::Internal);
  EXPECT_EQ(await(store.get_many({{"user", "0"}, {"user", "1"}})).error().kind, ErrorKind::Internal);
  EXPECT_EQ(await(store.scan("user", "", 10)).error().kind, ErrorKind::Internal);
  EXPECT_EQ(await(store.put({"user", "1"}, {{"n", 1}})).error().kind, ErrorKind::Internal) << "not overwritten unseen";
  EXPECT_TRUE(await(store.get({"user", "0"})));
}

// A search skips entries that no longer fit, so leftovers would show as wasted space only.
TEST_F(RocksDirectory, HoldsOneIndexEntryForEachRecord) {
  {
    auto opened = open();
    ASSERT_TRUE(opened);
    kv::Store& store = **opened;
    ASSERT_TRUE(await(store.ensure_index("user", "n", kv::IndexType::Integer)));
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(await(store.put({"user", std::to_string(i % 7)}, {{"n", i}})));
    ASSERT_TRUE(await(store.remove({"user", "0"})));
  }
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, path().string(), &raw).ok());
  const std::unique_ptr<rocksdb::DB> db{raw};
  const std::unique_ptr<rocksdb::Iterator> at{db->NewIterator({})};
  int entries = 0;
  for (at->Seek("x"); at->Valid() && at->key().starts_with("x"); at->Next()) ++entries;
  EXPECT_EQ(entries, 6);
}

TEST_F(RocksDirectory, IsRidOfTheExpired) {
  ManualClock clock{Timestamp{std::chrono::seconds{1'790'000'000}}};
  kv::RocksOptions options;
  options.sweep_ms = 1ms;
  auto opened = kv::open_rocks_store(path(), "contract", clock, options);
  ASSERT_TRUE(opened);
  kv::Store& store = **opened;
  for (int i = 0; i < 20; ++i) {
    kv::WriteOptions writing;
    if (i % 2 == 0) writing.ttl = 60s;
    ASSERT_TRUE(await(store.put({"user", std::to_string(i)}, {{"n", i}}, writing)));
  }
  clock.advance(60s);
  const auto records = [&]() -> std::int64_t {
    const auto stats = await(store.stats());
    return stats->sets.empty() ? 0 : stats->sets[0].records;
  };
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (records() != 10 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(records(), 10);
}

}  // namespace
}  // namespace qm::contract
