// For tests: a client on a scripted cluster of two.
#pragma once
#include <gtest/gtest.h>

#include "platform/aerospike/client.hpp"
#include "platform/aerospike/scripted_node_fixture.hpp"
#include "platform/core/await.hpp"
#include "platform/core/eventually.hpp"
#include "platform/core/runtime.hpp"

namespace qm::aerospike::test {

inline constexpr std::chrono::seconds kAtMost{30};  // that a test waits for something

// A key whose master is the node of the even partitions, or that of the odd ones.
inline Key key_in(bool even, int salt = 0) {
  for (int i = salt * 1000;; ++i) {
    Key key{"test", "things", "id-" + std::to_string(i)};
    if ((partition_of(digest_of(key.set, key.id)) % 2 == 0) == even) return key;
  }
}

// Two nodes, A with the even partitions and B with the odd ones, each the other's replica; a client on one worker.
class AClient : public testing::Test {
 protected:
  AClient() {
    a_.set_partitions(even_partitions(), odd_partitions());
    b_.set_partitions(odd_partitions(), even_partitions());
    a_.set_peers({&b_});
    b_.set_peers({&a_});
    options_.seeds = {{"127.0.0.1", a_.port()}};
    options_.tend_interval_ms = std::chrono::milliseconds{50};
    options_.request_timeout_ms = std::chrono::seconds{10};  // short only where a test is about silence
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
    const auto ready = await(client_->wait_until_ready({"test"}, deadline_in(std::chrono::seconds{10})));
    ASSERT_TRUE(ready) << ready.error().detail;
    ASSERT_TRUE(eventually([&] { return client_->nodes().size() == 2; }, kAtMost));
  }
  // The survivor's view once the cluster has re-formed without the other.
  static void take_all(ScriptedNode& survivor) {
    survivor.set_peers({});
    survivor.set_partitions(all_partitions(), no_partitions());
  }
  Result<std::uint32_t> put(const Key& key, std::chrono::milliseconds timeout = std::chrono::seconds{10}) {
    WriteOptions options;
    options.deadline = deadline_in(timeout);
    return await(client_->put(key, {{"bin", Value{1}}}, options));
  }
  Result<Record> get(const Key& key) {
    ReadOptions options;
    options.deadline = deadline_in(std::chrono::seconds{20});
    return await(client_->get(key, {}, options));
  }

  ScriptedNode a_{"A1"}, b_{"B2"};
  ClientOptions options_;
  WorkerThreads workers_{2};
  std::unique_ptr<Client> client_;
  bool started_ = false;
};

}  // namespace qm::aerospike::test
