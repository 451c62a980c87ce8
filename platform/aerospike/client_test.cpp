#include <algorithm>
#include <map>
#include <set>

#include "platform/aerospike/client_fixture.hpp"
#include "platform/aerospike/result_code.hpp"

namespace qm::aerospike {

namespace {

using namespace std::chrono_literals;
using test::AClient;
using test::kAtMost;
using test::key_in;
using test::ScriptedNode;

TEST_F(AClient, FindsThePeersOfItsSeedAndSendsEachKeyToItsMaster) {
  start_and_wait();
  a_.on_record([](auto) { return test::reply(0, 7, {{"bin", "from A"}}); });
  b_.on_record([](auto) { return test::reply(0, 8, {{"bin", "from B"}}); });
  const auto even = get(key_in(true));
  const auto odd = get(key_in(false));
  ASSERT_TRUE(even && odd);
  EXPECT_EQ(even->generation, 7u);
  EXPECT_EQ(even->bins, (std::vector<Bin>{{"bin", Value{"from A"}}}));
  EXPECT_EQ(odd->bins, (std::vector<Bin>{{"bin", Value{"from B"}}}));
  EXPECT_EQ(*put(key_in(true)), 7u);
  EXPECT_EQ(*put(key_in(false)), 8u);
  EXPECT_EQ(client_->stats().nodes, 2u);
}

TEST_F(AClient, WaitsForANodeThatDoesNotServeYet) {
  a_.set("partition-generation", "-1");
  a_.set_peers({});
  start();
  const auto early = await(client_->wait_until_ready({"test"}, deadline_in(300ms)));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().kind, ErrorKind::Unavailable);
  EXPECT_NE(early.error().detail.find("no node of the database"), std::string::npos);
  a_.set_partitions(test::all_partitions(), test::no_partitions());
  EXPECT_TRUE(await(client_->wait_until_ready({"test"}, deadline_in(10s))));
  const auto missing = await(client_->wait_until_ready({"other"}, deadline_in(100ms)));
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find("no namespace other"), std::string::npos);
}

TEST_F(AClient, RefusesNodesOfAnotherCluster) {
  options_.cluster_name = "mine";
  a_.set("cluster-name", "mine");
  b_.set("cluster-name", "another");
  start();
  ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 1; }, kAtMost));
  EXPECT_EQ(client_->nodes().front().name, "A1");
}

TEST_F(AClient, ReachesNodesByTheMappedAddress) {
  a_.set("peers-clear-std", "9,3000,[[B2,,[db-2.internal:" + std::to_string(b_.port()) + "]]]");
  options_.address_map = {{"db-2.internal", "127.0.0.1"}};
  start_and_wait();
}

TEST_F(AClient, ReadsABatchFromAllNodesAndWhatFailsFromTheReplica) {
  start_and_wait();
  const auto one = [](int code, std::uint32_t generation, std::string text) {
    return test::frame(3, test::message(code, generation, {{"bin", text}}) + test::message(0, 0, {}, 1));
  };
  a_.on_record([one](auto) { return one(0, 3, "from A"); });
  b_.on_record([](auto) { return std::nullopt; });
  std::vector<Key> keys{key_in(false), key_in(true)};
  keys.resize(1);
  const auto lost = await(client_->get_many("test", keys));  // B breaks: its replica A answers
  ASSERT_TRUE(lost) << lost.error().detail;
  EXPECT_EQ(lost->front()->bins.front().value, Value{"from A"});
  b_.on_record([](auto) { return test::frame(3, test::message(2) + test::message(0, 0, {}, 1)); });
  const auto both = await(client_->get_many("test", {key_in(false), key_in(true)}));
  ASSERT_TRUE(both) << both.error().detail;
  EXPECT_FALSE((*both)[0].has_value());
  EXPECT_EQ((*both)[1]->generation, 3u);
  EXPECT_EQ(await(client_->get_many("test", std::vector<Key>(5'001, keys[0]))).error().kind, ErrorKind::TooLarge);
  EXPECT_TRUE(await(client_->get_many("test", {}))->empty());
}

constexpr int kPartitionsField = 11, kDigestsField = 12, kMaxRecordsField = 13;

// What a request says in one of its fields; empty: nothing.
std::string_view field_of(std::string_view body, int field) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(body[at]); };
  std::size_t at = 22;
  for (int fields = byte(18) << 8 | byte(19); fields > 0; --fields) {
    const std::size_t size = byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (byte(at + 4) == field) return body.substr(at + 5, size - 1);
    at += 4 + size;
  }
  return {};
}

// The partitions that a query asks for from their beginning: 16-bit numbers, little endian.
std::vector<int> partitions_asked(std::string_view body) {
  std::vector<int> asked;
  const std::string_view list = field_of(body, kPartitionsField);
  for (std::size_t i = 0; i + 1 < list.size(); i += 2)
    asked.push_back(static_cast<unsigned char>(list[i]) | static_cast<unsigned char>(list[i + 1]) << 8);
  return asked;
}

// Records as a node has them. It sends what a query asks for, no more than it may, and from all partitions in turns: no
// server promises to end one before it begins the next.
class Shelf {
 public:
  explicit Shelf(int records) {
    for (int i = 0; i < records; ++i) {
      std::string id = "id-" + std::to_string(i);
      const Digest digest = digest_of("things", id);
      partitions_[partition_of(digest)].emplace(digest, std::move(id));
    }
  }

  std::string answer(std::string_view body) const {
    std::vector<std::pair<Place, Place>> rests;
    for (const int partition : partitions_asked(body)) {
      const auto found = partitions_.find(static_cast<std::uint32_t>(partition));
      if (found != partitions_.end()) rests.emplace_back(found->second.begin(), found->second.end());
    }
    const std::string_view digests = field_of(body, kDigestsField);
    for (std::size_t at = 0; at < digests.size(); at += Digest{}.size()) {
      Digest after;
      std::ranges::copy(digests.substr(at, after.size()), after.begin());
      const auto& records = partitions_.at(partition_of(after));
      rests.emplace_back(records.upper_bound(after), records.end());
    }
    std::uint64_t may = 0;
    for (const char byte : field_of(body, kMaxRecordsField)) may = may << 8 | static_cast<unsigned char>(byte);
    std::string sent;
    for (bool some = true; some && may > 0;) {
      some = false;
      for (auto& [next, end] : rests) {
        if (next == end || may == 0) continue;
        sent += entry(next->first, next->second);
        ++next;
        --may;
        some = true;
      }
    }
    return test::frame(3, sent + test::message(0, 0, {}, 1));
  }

 private:
  using Partition = std::map<Digest, std::string>;
  using Place = Partition::const_iterator;

  static std::string entry(const Digest& digest, const std::string& id) {
    constexpr int kSet = 1, kKey = 2, kDigest = 4, kString = 3;
    const auto field = [](int type, const std::string& value) {
      return test::big_endian(value.size() + 1, 4) + static_cast<char>(type) + value;
    };
    std::string text = test::message(0, 1);
    text[19] = 3;  // fields
    return text + field(kSet, "things") + field(kKey, static_cast<char>(kString) + id) +
           field(kDigest, std::string(digest.begin(), digest.end()));
  }

  std::map<std::uint32_t, Partition> partitions_;
};

TEST_F(AClient, WalksEveryPartitionOnceAndRepeatsWhatANodeRefused) {
  start_and_wait();
  std::mutex mutex;
  std::multiset<int> done;
  bool refused = false;
  const auto script = [&](std::string_view body) -> std::optional<std::string> {
    std::lock_guard lock{mutex};
    const auto asked = partitions_asked(body);
    if (!refused) {
      refused = true;
      return std::nullopt;
    }
    done.insert(asked.begin(), asked.end());
    return test::frame(3, test::message(0, 0, {}, 1));
  };
  a_.on_record(script);
  b_.on_record(script);
  const auto page = await(client_->query_page({"test", "things"}, {}, 100));
  ASSERT_TRUE(page) << page.error().detail;
  EXPECT_TRUE(page->entries.empty());
  EXPECT_TRUE(page->cursor.empty());
  EXPECT_EQ(done.size(), kPartitions);
  EXPECT_EQ(std::set<int>(done.begin(), done.end()).size(), kPartitions);
  EXPECT_EQ(await(client_->query_page({"test", "things"}, "not a cursor", 100)).error().kind, ErrorKind::Invalid);
}

// A partition that was begun on an earlier page, and the rest of which came when the page was full already, was taken
// for finished.
TEST_F(AClient, MissesNothingOfWhatComesWhenThePageIsFull) {
  start_and_wait();
  constexpr int kRecords = 12'000;  // about three to a partition
  const Shelf shelf{kRecords};
  const auto script = [&](std::string_view body) -> std::optional<std::string> { return shelf.answer(body); };
  a_.on_record(script);
  b_.on_record(script);
  std::multiset<std::string> seen;
  std::string cursor;
  do {
    const auto page = await(client_->query_page({"test", "things"}, cursor, 20));
    ASSERT_TRUE(page) << page.error().detail;
    for (const auto& entry : page->entries) seen.insert(entry.id);
    cursor = page->cursor;
  } while (!cursor.empty());
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kRecords));
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), static_cast<std::size_t>(kRecords));
}

TEST_F(AClient, CreatesAnIndexAndWaitsUntilEveryNodeHasBuiltIt) {
  start_and_wait();
  const std::string create = "sindex-create:namespace=test;set=things;indexname=by_age;bin=age;type=NUMERIC";
  const std::string status = "sindex-stat:namespace=test;indexname=by_age";
  for (auto* node : {&a_, &b_}) {
    node->set(create, "ok");
    node->set(status, "entries=1;load_pct=100;load_time=0");
  }
  b_.set(status, "ERROR:201:no index");
  const Index index{"test", "things", "age", "by_age", IndexType::Integer};
  const auto early = await(client_->create_index(index, deadline_in(2s)));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().kind, ErrorKind::InDoubt);
  b_.set(status, "entries=0;load_pct=100;load_time=0");
  EXPECT_TRUE(await(client_->create_index(index, deadline_in(5s))));
  for (auto* node : {&a_, &b_}) node->set(create, "ERROR:200:'indexname' already exists with different definition");
  EXPECT_EQ(await(client_->create_index(index, deadline_in(5s))).error().kind, ErrorKind::AlreadyExists);
}

TEST_F(AClient, AsksOneNodeOrAll) {
  start_and_wait();
  const auto one = await(client_->info("B2", "node\nbuild\n", deadline_in(5s)));
  ASSERT_TRUE(one);
  EXPECT_EQ(one->at("node"), "B2");
  const auto all = await(client_->info_all("node\n", deadline_in(5s)));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 2u);
  EXPECT_EQ(all->at("A1").at("node"), "A1");
  EXPECT_EQ(await(client_->info("C3", "node\n", deadline_in(5s))).error().kind, ErrorKind::Unavailable);
  for (auto* node : {&a_, &b_}) node->set("truncate:namespace=test;set=things", "ok");
  EXPECT_TRUE(await(client_->truncate("test", "things", deadline_in(5s))));
  EXPECT_FALSE(await(client_->truncate("test", "things;lut=0", deadline_in(5s))));
}

TEST_F(AClient, SaysAtOnceThatThereIsNoSuchNamespace) {
  start_and_wait();
  const Key key{"nowhere", "things", "id"};
  EXPECT_EQ(get(key).error().kind, error_kind_of(ResultCode::NamespaceNotFound));
  EXPECT_EQ(put(key).error().kind, error_kind_of(ResultCode::NamespaceNotFound));
  EXPECT_EQ(await(client_->get_many("nowhere", {key})).error().kind, error_kind_of(ResultCode::NamespaceNotFound));
  EXPECT_EQ(await(client_->query_page({"nowhere", "things"}, {}, 1)).error().kind,
            error_kind_of(ResultCode::NamespaceNotFound));
  EXPECT_EQ(client_->stats().retries, 0u);
}

TEST_F(AClient, EndsAQueryThatTheServerDoesNotBegin) {
  start_and_wait();
  for (auto* node : {&a_, &b_}) node->on_record([](auto) { return test::reply(201); });
  Query query{"test", "things"};
  query.range = IndexRange{"age", Value{1}, Value{2}};
  EXPECT_EQ(await(client_->query_page(query, {}, 10)).error().kind, ErrorKind::NotFound);
}

TEST_F(AClient, SaysSoWhenNamesOrSettingsMakeNoSense) {
  EXPECT_THROW(Client{ClientOptions{}}, std::invalid_argument);
  Client unstarted{options_};
  EXPECT_EQ(await(unstarted.exists(key_in(true))).error().kind, ErrorKind::Unavailable);
  start_and_wait();
  EXPECT_EQ(await(client_->get({"test", std::string(64, 's'), "id"})).error().kind, ErrorKind::Invalid);
  EXPECT_EQ(await(client_->put({"test", "things", "id"}, {{"a bin with a long name", Value{1}}})).error().kind,
            ErrorKind::Invalid);
}

}  // namespace

}  // namespace qm::aerospike
