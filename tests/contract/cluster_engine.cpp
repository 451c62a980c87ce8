#include "tests/contract/cluster_engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "platform/core/await.hpp"
#include "platform/kv/aerospike_store.hpp"
#include "tests/cluster/test_cluster.hpp"

namespace qm::contract {

namespace {

class ClusterEngine final : public Engine {
 public:
  explicit ClusterEngine(std::string name_space) : name_space_(std::move(name_space)) {
    reopen();
    cluster_->empty(name_space_);
  }
  kv::Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    cluster_.reset();
    cluster_ = std::make_unique<test::TestCluster>(std::vector<std::string>{name_space_});
    store_ = kv::make_aerospike_store(cluster_->client(), name_space_);
  }

 private:
  const std::string name_space_;
  std::unique_ptr<test::TestCluster> cluster_;
  std::unique_ptr<kv::Store> store_;
};

TEST(Cluster, EmptyingTakesWhatWasThereAndNothingLater) {
  if (test::cluster_host().empty()) GTEST_SKIP() << test::kNoCluster;
  for (const auto& name_space : test::cluster_name_spaces()) {
    if (!test::cluster_has(name_space)) continue;
    test::TestCluster cluster{{name_space}};
    const auto store = kv::make_aerospike_store(cluster.client(), name_space);
    for (int round = 0; round < 10; ++round) {
      for (int i = 0; i < 20; ++i) {
        const kv::Bins bins{{"round", round}};
        ASSERT_TRUE(await(store->put({"emptied", std::to_string(i)}, bins)));
      }
      cluster.empty(name_space);
      ASSERT_TRUE(await(store->put({"emptied", "later"}, {{"round", round}})));
      const auto page = await(store->scan("emptied", "", 100));
      ASSERT_TRUE(page);
      EXPECT_EQ(page->entries.size(), 1u) << name_space << ", round " << round;
    }
  }
}

// What is read in one call is one round trip: a request to each node that holds any of it, all at once.
TEST(Cluster, ReadsManyRecordsWithOneRequestToEachNode) {
  if (test::cluster_host().empty()) GTEST_SKIP() << test::kNoCluster;
  constexpr int kRecords = 50, kReadings = 20;
  for (const auto& name_space : test::cluster_name_spaces()) {
    if (!test::cluster_has(name_space)) continue;
    test::TestCluster cluster{{name_space}};
    cluster.empty(name_space);
    const auto store = kv::make_aerospike_store(cluster.client(), name_space);
    for (int i = 0; i < kRecords; ++i)
      ASSERT_TRUE(await(store->put({"set_" + std::to_string(i % 6), std::to_string(i)}, {{"number", i}})));
    // The client asks nodes for news of the cluster meanwhile, which counts as well: so the least of several readings.
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (int reading = 0; reading < kReadings; ++reading) {
      std::vector<kv::Key> keys;
      for (int i = 0; i < kRecords; ++i) keys.push_back({"set_" + std::to_string(i % 6), std::to_string(i)});
      const auto before = cluster.client().stats().attempts;
      const auto read = await(store->get_many(std::move(keys)));
      least = std::min(least, cluster.client().stats().attempts - before);
      ASSERT_TRUE(read) << read.error().detail;
      for (const auto& record : *read) ASSERT_TRUE(record.has_value());
    }
    EXPECT_EQ(least, cluster.client().nodes().size()) << name_space;
  }
}

// A cursor travels in the address of a request, which servers bound.
TEST(Cluster, KeepsCursorsShort) {
  if (test::cluster_host().empty()) GTEST_SKIP() << test::kNoCluster;
  constexpr std::size_t kMostBytes = 3'000;
  for (const auto& name_space : test::cluster_name_spaces()) {
    if (!test::cluster_has(name_space)) continue;
    test::TestCluster cluster{{name_space}};
    cluster.empty(name_space);
    const auto store = kv::make_aerospike_store(cluster.client(), name_space);
    std::size_t written = 0;
    for (const std::size_t records : {700u, 6'000u}) {
      for (; written < records; ++written)
        ASSERT_TRUE(await(store->put({"walked", std::to_string(written)}, {{"number", 1}})));
      for (const std::size_t limit : {20u, 500u, 1'000u}) {
        std::set<std::string> seen;
        std::size_t longest = 0, pages = 0, entries = 0;
        std::string cursor;
        do {
          const auto page = await(store->scan("walked", cursor, limit));
          ASSERT_TRUE(page) << page.error().detail;
          for (const auto& entry : page->entries) seen.insert(entry.key.id);
          entries += page->entries.size();
          ASSERT_LE(page->entries.size(), limit);
          cursor = page->cursor;
          longest = std::max(longest, cursor.size());
          ++pages;
        } while (!cursor.empty());
        EXPECT_EQ(seen.size(), records) << limit;
        EXPECT_EQ(entries, records) << "each once";
        EXPECT_LE(pages, records / limit + 2) << "pages are full";
        EXPECT_LE(longest, kMostBytes) << records << " records, pages of " << limit;
      }
    }
  }
}

}  // namespace

std::vector<EngineKind> cluster_kinds() {
  std::vector<EngineKind> kinds;
  if (test::cluster_host().empty()) return kinds;
  for (const auto& name_space : test::cluster_name_spaces()) {
    EngineKind kind;
    kind.name = "aerospike_" + name_space;
    kind.keeps = true;
    kind.name_space = name_space;
    kind.is_there = [name_space] { return test::cluster_has(name_space); };
    kind.make = [name_space](const Clock&) -> std::unique_ptr<Engine> {
      return std::make_unique<ClusterEngine>(name_space);
    };
    kinds.push_back(std::move(kind));
  }
  return kinds;
}

}  // namespace qm::contract
