// A node that falls silent may only have been stopped: it wakes in its old view of the cluster.
#include <algorithm>
#include <future>

#include "platform/aerospike/client_fixture.hpp"

namespace qm::aerospike {

namespace {

using namespace std::chrono_literals;
using test::AClient;
using test::kAtMost;
using test::key_in;

class ASilentNode : public AClient {
 protected:
  ASilentNode() {
    options_.silence_ms = 500ms;
    options_.request_timeout_ms = 250ms;
    options_.connect_timeout_ms = 1s;
  }
  bool is_fenced(const std::string& name) const {
    return std::ranges::any_of(client_->nodes(), [&](const auto& node) { return node.name == name && node.fenced; });
  }
  // B no longer answers; A goes on without it, though it has not forgotten it.
  void silence_b() {
    b_.hang();
    ASSERT_TRUE(eventually([&] { return is_fenced("B2"); }, kAtMost));
    a_.set_cluster_key("C2");
    a_.set_partitions(test::all_partitions(), test::no_partitions());
    ASSERT_TRUE(eventually([&] { return put(odd_).has_value(); }, kAtMost));
  }

  const Key odd_ = key_in(false);
};

TEST_F(ASilentNode, KeepsNoWriteUntilItsDeadline) {
  start_and_wait();
  b_.hang();
  auto call = std::async(std::launch::async, [&] { return put(odd_, 60s); });
  ASSERT_EQ(call.wait_for(kAtMost), std::future_status::ready);
  const auto written = call.get();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::InDoubt);
}

TEST_F(ASilentNode, GetsNoWriteWhileItIsSilent) {
  start_and_wait();
  b_.hang();
  ASSERT_TRUE(eventually([&] { return is_fenced("B2"); }, kAtMost));
  const std::size_t before = b_.records_asked();
  const auto refused = put(odd_, 200ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(b_.records_asked(), before);
  EXPECT_TRUE(put(key_in(true)));
}

TEST_F(ASilentNode, ThatWakesInItsOldViewGetsNoWrite) {
  start_and_wait();
  silence_b();
  const std::size_t before = b_.records_asked();
  const std::size_t claims = b_.answered("replicas");
  const std::size_t rounds = b_.answered("node");
  b_.wake();
  ASSERT_TRUE(eventually([&] { return b_.answered("node") >= rounds + 5; }, kAtMost));
  EXPECT_TRUE(put(odd_));
  EXPECT_EQ(b_.records_asked(), before);
  EXPECT_EQ(b_.answered("replicas"), claims);
  EXPECT_TRUE(is_fenced("B2"));
}

TEST_F(ASilentNode, GetsWritesAgainOnceItAgreesWithTheOthers) {
  start_and_wait();
  silence_b();
  b_.wake();
  b_.set_cluster_key("C3");
  a_.set_cluster_key("C3");
  a_.set_partitions(test::even_partitions(), test::odd_partitions());
  const std::size_t before = b_.records_asked();
  EXPECT_TRUE(eventually([&] { return put(odd_).has_value() && b_.records_asked() > before; }, kAtMost));
  EXPECT_FALSE(is_fenced("B2"));
}

TEST_F(ASilentNode, NeedsNobodysConsentWhenTheOthersAreGone) {
  options_.tend_interval_ms = 1s;
  start_and_wait();
  b_.hang();
  ASSERT_TRUE(eventually([&] { return is_fenced("B2"); }, kAtMost));
  take_all(b_);
  b_.wake();
  a_.kill();
  EXPECT_TRUE(eventually([&] { return put(key_in(true), 2s).has_value(); }, kAtMost));
}

TEST_F(ASilentNode, IsNoneThatIsSlowWithOneWriteButAnswersTheTendTask) {
  options_.silence_ms = 1s;
  options_.tend_interval_ms = 60s;  // only because it is asked at once is it heard in time
  start_and_wait();
  b_.on_record([](auto) { return std::string{}; });
  const std::uint64_t timeouts = client_->stats().timeouts;
  const auto written = put(odd_, 3s);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::InDoubt);
  EXPECT_EQ(client_->stats().timeouts, timeouts + 1);  // its deadline it was, not a closed connection
  EXPECT_FALSE(is_fenced("B2"));
}

TEST_F(ASilentNode, NewlyFoundMustAgreeFirst) {
  take_all(a_);
  b_.set_cluster_key("C0");
  start();
  ASSERT_TRUE(await(client_->wait_until_ready({"test"}, deadline_in(10s))));
  a_.set_peers({&b_});
  ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 2; }, kAtMost));
  const std::size_t rounds = b_.answered("node");
  ASSERT_TRUE(eventually([&] { return b_.answered("node") >= rounds + 5; }, kAtMost));
  EXPECT_TRUE(put(odd_));
  EXPECT_EQ(b_.records_asked(), 0u);
  b_.set_cluster_key("C1");
  a_.set_partitions(test::even_partitions(), test::odd_partitions());
  EXPECT_TRUE(eventually([&] { return put(odd_).has_value() && b_.records_asked() > 0; }, kAtMost));
}

}  // namespace

}  // namespace qm::aerospike
