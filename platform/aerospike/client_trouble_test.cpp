// What a client does when nodes are lost, silent, busy or refuse.
#include <future>
#include <set>

#include "platform/aerospike/client_fixture.hpp"

namespace qm::aerospike {

namespace {

using namespace std::chrono_literals;
using test::AClient;
using test::kAtMost;
using test::key_in;
using test::ScriptedNode;

TEST_F(AClient, SurvivesALostNodeAndTakesItBack) {
  start_and_wait();
  const Key odd = key_in(false);
  ASSERT_TRUE(put(odd));
  b_.kill();
  // Reads go to the replica at once; a write has nobody, and it is certain that it did not happen.
  EXPECT_TRUE(get(odd));
  ASSERT_TRUE(eventually([&] {
    const auto refused = put(odd, 300ms);
    return !refused && refused.error().kind == ErrorKind::Unavailable;
  }, kAtMost));
  take_all(a_);
  ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 1; }, kAtMost));
  EXPECT_TRUE(put(odd));
  // It comes back, and takes its partitions again.
  b_.restart();
  b_.set_partitions(test::odd_partitions(), test::even_partitions());
  a_.set_partitions(test::even_partitions(), test::odd_partitions());
  a_.set_peers({&b_});
  ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 2; }, kAtMost));
  const std::size_t before = b_.records_asked();
  EXPECT_TRUE(eventually([&] { return put(odd).has_value() && b_.records_asked() > before; }, kAtMost));
}

TEST_F(AClient, AsksItsSeedsAgainWhenEveryNodeIsLost) {
  start_and_wait();
  a_.kill();
  b_.kill();
  EXPECT_FALSE(put(key_in(true), 100ms));
  ASSERT_TRUE(eventually([&] { return client_->nodes().empty(); }, kAtMost));
  a_.restart();
  take_all(a_);
  EXPECT_TRUE(eventually([&] { return put(key_in(true)).has_value(); }, kAtMost));
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
  options_.request_timeout_ms = 500ms;
  start_and_wait();
  a_.on_record([](auto) { return std::string{}; });
  b_.on_record([](auto) { return test::reply(0, 1, {{"bin", "from B"}}); });
  const auto read = get(key_in(true));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->bins.front().value, Value{"from B"});
  const auto written = put(key_in(true), 1s);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::InDoubt);
  EXPECT_GE(client_->stats().timeouts, 2u);
  EXPECT_EQ(client_->stats().in_doubt, 1u);
}

// Nodes that parted and met again compare their copies of a record for those who ask for it.
TEST_F(AClient, MissesNoAcknowledgedWriteWhileNodesExchangeWhatTheyMissed) {
  start_and_wait();
  const auto script = [](std::string_view body) -> std::optional<std::string> {
    constexpr int kNewestCopy = 0x40;
    return (body[1] & kNewestCopy) != 0 ? test::reply(0, 2, {{"bin", "newest"}}) : test::reply(2, 0);
  };
  a_.on_record(script);
  b_.on_record(script);
  const auto read = get(key_in(true));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->bins.front().value, Value{"newest"});
  EXPECT_TRUE(await(client_->exists(key_in(true))).value());
  EXPECT_TRUE(await(client_->operate(key_in(true), {Operation::read("bin")})));
}

TEST_F(AClient, AsksAHungNodeNoMoreOnceItFailedTheTendTask) {
  options_.connect_timeout_ms = 500ms;
  options_.request_timeout_ms = 500ms;
  start_and_wait();
  b_.hang();
  const Key odd = key_in(false);
  ASSERT_TRUE(eventually([&] {
    const auto begun = std::chrono::steady_clock::now();
    return get(odd).has_value() && std::chrono::steady_clock::now() - begun < options_.request_timeout_ms;
  }, kAtMost));
  const std::size_t before = b_.records_asked();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(get(odd));
  EXPECT_EQ(b_.records_asked(), before);
}

TEST_F(AClient, OpensConnectionsAsTheLoadAsksForThem) {
  options_.connections = 3;
  start_and_wait();
  const auto before = client_->stats().connections_open();
  ASSERT_TRUE(get(key_in(true)));
  EXPECT_LE(client_->stats().connections_open(), before + 1);
  a_.on_record([](auto) { return std::string{}; });
  b_.on_record([](auto) { return std::string{}; });
  std::vector<std::future<void>> calls;
  for (int i = 0; i < 40; ++i) calls.push_back(std::async(std::launch::async, [this] { put(key_in(true), 3s); }));
  // Two workers with three connections for writes to that node, beside what reads and the tend task have.
  EXPECT_TRUE(eventually([&] { return client_->stats().connections_open() >= before + 6; }, kAtMost));
  for (auto& call : calls) call.get();
}

TEST_F(AClient, RefusesCallsWhenEveryQueueIsFull) {
  options_.connections = 1;
  options_.max_in_flight = 2;
  start_and_wait();
  a_.on_record([](auto) { return std::string{}; });
  std::vector<std::future<ErrorKind>> calls;
  for (int i = 0; i < 8; ++i) {  // two workers, each with room for two
    calls.push_back(std::async(std::launch::async, [this] {
      const auto wrote = put(key_in(true), 3s);
      return wrote ? ErrorKind::Internal : wrote.error().kind;
    }));
  }
  std::multiset<ErrorKind> kinds;
  for (auto& call : calls) kinds.insert(call.get());
  EXPECT_EQ(kinds.count(ErrorKind::Unavailable), 4u);
  EXPECT_EQ(kinds.count(ErrorKind::InDoubt), 4u);
  EXPECT_EQ(client_->stats().rejected, 4u);
}

TEST_F(AClient, ThatWasStoppedAnswersUnavailableAndLeavesNothingOpen) {
  start_and_wait();
  a_.on_record([](auto) { return std::string{}; });
  auto call = std::async(std::launch::async, [this] { return put(key_in(true), 10s).error().kind; });
  ASSERT_TRUE(eventually([&] { return a_.records_asked() > 0; }, kAtMost));
  client_->stop();
  EXPECT_EQ(call.get(), ErrorKind::InDoubt);
  EXPECT_EQ(get(key_in(true)).error().kind, ErrorKind::Unavailable);
  EXPECT_TRUE(eventually([&] { return client_->stats().connections_open() == 0; }, kAtMost));
}

}  // namespace

}  // namespace qm::aerospike
