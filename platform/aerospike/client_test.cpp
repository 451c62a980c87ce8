#include "platform/aerospike/client.hpp"

#include <gtest/gtest.h>

#include <set>

#include "platform/aerospike/result_code.hpp"
#include "platform/aerospike/scripted_node_fixture.hpp"
#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"

namespace qm::aerospike {

namespace {

using namespace std::chrono_literals;
using test::ScriptedNode;

// A key whose master is the node of the even partitions, or that of the odd ones.
Key key_in(bool even, int salt = 0) {
  for (int i = salt * 1000;; ++i) {
    Key key{"test", "things", "id-" + std::to_string(i)};
    if ((partition_of(digest_of(key.set, key.id)) % 2 == 0) == even) return key;
  }
}

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000 && !holds(); ++i) std::this_thread::sleep_for(10ms);
  return holds();
}

// Two nodes, A with the even partitions and B with the odd ones, each the other's replica; a client on one worker.
class AClient : public testing::Test {
 protected:
  AClient() {
    a_.set_partitions(test::even_partitions(), test::odd_partitions());
    b_.set_partitions(test::odd_partitions(), test::even_partitions());
    a_.set_peers({&b_});
    b_.set_peers({&a_});
    options_.seeds = {{"127.0.0.1", a_.port()}};
    options_.tend_interval_ms = 50ms;
    options_.request_timeout_ms = 100ms;
  }
  ~AClient() override {
    if (client_) client_->stop();
    if (started_) workers_.stop();
    if (started_) workers_.join();
  }

  void start() {
    client_ = std::make_unique<Client>(options_);
    std::vector<boost::asio::io_context*> contexts;
    for (std::size_t i = 0; i < workers_.size(); ++i) contexts.push_back(&workers_.context(i));
    client_->start(contexts);
    workers_.start();
    started_ = true;
  }
  void start_and_wait() {
    start();
    const auto ready = await(client_->wait_until_ready({"test"}, deadline_in(10s)));
    ASSERT_TRUE(ready) << ready.error().detail;
    ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 2; }));
  }
  // The survivor's view once the cluster has re-formed without the other.
  static void take_all(ScriptedNode& survivor) {
    survivor.set_peers({});
    survivor.set_partitions(test::all_partitions(), test::no_partitions());
  }
  Result<std::uint32_t> put(const Key& key, std::chrono::milliseconds timeout = 2s) {
    WriteOptions options;
    options.deadline = deadline_in(timeout);
    return await(client_->put(key, {{"bin", Value{1}}}, options));
  }
  Result<Record> get(const Key& key) {
    ReadOptions options;
    options.deadline = deadline_in(5s);
    return await(client_->get(key, {}, options));
  }

  ScriptedNode a_{"A1"}, b_{"B2"};
  ClientOptions options_;
  WorkerThreads workers_{2};
  std::unique_ptr<Client> client_;
  bool started_ = false;
};

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
  EXPECT_NE(early.error().detail.find("no node"), std::string::npos);
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
  ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 1; }));
  EXPECT_EQ(client_->nodes().front().name, "A1");
}

TEST_F(AClient, ReachesNodesByTheMappedAddress) {
  a_.set("peers-clear-std", "9,3000,[[B2,,[db-2.internal:" + std::to_string(b_.port()) + "]]]");
  options_.address_map = {{"db-2.internal", "127.0.0.1"}};
  start_and_wait();
}

TEST_F(AClient, SurvivesALostNodeAndTakesItBack) {
  start_and_wait();
  const Key odd = key_in(false);
  ASSERT_TRUE(put(odd));
  b_.kill();
  // Reads go to the replica at once; a write has nobody, and it is certain that it did not happen.
  EXPECT_TRUE(get(odd));
  const auto refused = put(odd, 300ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
  take_all(a_);
  ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 1; }));
  EXPECT_TRUE(put(odd));
  // It comes back, and takes its partitions again.
  b_.restart();
  b_.set_partitions(test::odd_partitions(), test::even_partitions());
  a_.set_partitions(test::even_partitions(), test::odd_partitions());
  a_.set_peers({&b_});
  ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 2; }));
  const std::size_t before = b_.records_asked();
  EXPECT_TRUE(eventually([&] { return put(odd).has_value() && b_.records_asked() > before; }));
}

TEST_F(AClient, AsksItsSeedsAgainWhenEveryNodeIsLost) {
  start_and_wait();
  a_.kill();
  b_.kill();
  EXPECT_FALSE(put(key_in(true), 100ms));
  ASSERT_TRUE(eventually([&] { return client_->nodes().empty(); }));
  a_.restart();
  take_all(a_);
  EXPECT_TRUE(eventually([&] { return put(key_in(true)).has_value(); }));
}

// A write is made again only if the server refused it untouched; a read whatever went wrong.
TEST_F(AClient, RetriesByTheRules) {
  constexpr int kClose = -1;
  struct Case {
    const char* name;
    bool write;
    std::vector<int> codes;  // answered one after the other, then 0
    std::size_t attempts;
    std::optional<ErrorKind> fails;
  };
  const std::vector<Case> cases{
      {"write, partition moved", true, {11}, 2, {}},
      {"write, device overloaded", true, {18, 18}, 3, {}},
      {"write, record busy", true, {14}, 2, {}},
      {"write, timed out at the server", true, {9}, 1, ErrorKind::InDoubt},
      {"write, connection lost", true, {kClose}, 1, ErrorKind::InDoubt},
      {"write, other generation", true, {3}, 1, ErrorKind::GenerationMismatch},
      {"write, record exists", true, {5}, 1, ErrorKind::AlreadyExists},
      {"write, filtered out", true, {27}, 1, ErrorKind::ConditionFailed},
      {"write, too large", true, {13}, 1, ErrorKind::TooLarge},
      {"read, no such record", false, {2}, 1, ErrorKind::NotFound},
      {"read, timed out at the server", false, {9}, 2, {}},
      {"read, connection lost", false, {kClose}, 2, {}},
      {"read, partition moved", false, {11}, 2, {}},
  };
  start_and_wait();
  for (const auto& c : cases) {
    auto codes = std::make_shared<std::vector<int>>(c.codes);
    auto mutex = std::make_shared<std::mutex>();
    const auto script = [codes, mutex](std::string_view) -> std::optional<std::string> {
      std::lock_guard lock{*mutex};
      if (codes->empty()) return test::reply(0, 1);
      const int code = codes->front();
      codes->erase(codes->begin());
      if (code == kClose) return std::nullopt;
      return test::reply(code, 1);
    };
    a_.on_record(script);
    b_.on_record(script);
    const std::size_t before = a_.records_asked() + b_.records_asked();
    const auto wrote = c.write ? put(key_in(true)) : Result<std::uint32_t>{0u};
    const auto read = c.write ? Result<Record>{Record{}} : get(key_in(true));
    const std::optional<ErrorKind> failed = !wrote  ? std::optional{wrote.error().kind}
                                            : !read ? std::optional{read.error().kind}
                                                    : std::nullopt;
    EXPECT_EQ(failed, c.fails) << c.name;
    EXPECT_EQ(a_.records_asked() + b_.records_asked() - before, c.attempts) << c.name;
  }
}

TEST_F(AClient, ReadsFromTheReplicaWhenTheMasterIsSilent) {
  start_and_wait();
  a_.on_record([](auto) { return std::string{}; });
  b_.on_record([](auto) { return test::reply(0, 1, {{"bin", "from B"}}); });
  const auto read = get(key_in(true));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->bins.front().value, Value{"from B"});
  const auto written = put(key_in(true), 100ms);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::InDoubt);
  EXPECT_GE(client_->stats().timeouts, 2u);
  EXPECT_EQ(client_->stats().in_doubt, 1u);
}

TEST_F(AClient, RefusesCallsWhenEveryQueueIsFull) {
  options_.connections = 1;
  options_.max_in_flight = 2;
  start_and_wait();
  a_.on_record([](auto) { return std::string{}; });
  std::vector<std::future<ErrorKind>> calls;
  for (int i = 0; i < 8; ++i) {  // two workers, each with room for two
    calls.push_back(std::async(std::launch::async, [this] {
      const auto wrote = put(key_in(true), 1s);
      return wrote ? ErrorKind::Internal : wrote.error().kind;
    }));
  }
  std::multiset<ErrorKind> kinds;
  for (auto& call : calls) kinds.insert(call.get());
  EXPECT_EQ(kinds.count(ErrorKind::Unavailable), 4u);
  EXPECT_EQ(kinds.count(ErrorKind::InDoubt), 4u);
  EXPECT_EQ(client_->stats().rejected, 4u);
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

// The partitions that a query asks for: a field of 16-bit numbers, little endian.
std::vector<int> partitions_asked(std::string_view body) {
  constexpr int kPartitionField = 11;
  std::vector<int> asked;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(body[at]); };
  std::size_t at = 22;
  for (int fields = byte(18) << 8 | byte(19); fields > 0; --fields) {
    const std::size_t size = byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (byte(at + 4) == kPartitionField) {
      for (std::size_t i = at + 5; i + 1 < at + 4 + size; i += 2) asked.push_back(byte(i) | byte(i + 1) << 8);
    }
    at += 4 + size;
  }
  return asked;
}

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
  const auto early = await(client_->create_index(index, deadline_in(200ms)));
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

TEST_F(AClient, ThatWasStoppedAnswersUnavailableAndLeavesNothingOpen) {
  start_and_wait();
  a_.on_record([](auto) { return std::string{}; });
  auto call = std::async(std::launch::async, [this] { return put(key_in(true), 10s).error().kind; });
  ASSERT_TRUE(eventually([&] { return a_.records_asked() > 0; }));
  client_->stop();
  EXPECT_EQ(call.get(), ErrorKind::InDoubt);
  EXPECT_EQ(get(key_in(true)).error().kind, ErrorKind::Unavailable);
  EXPECT_TRUE(eventually([&] { return client_->stats().connections_open() == 0; }));
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
