#include "tests/contract/cluster_engine.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "platform/aerospike/client.hpp"
#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/kv/aerospike_store.hpp"
#include "platform/service/cluster_nodes.hpp"

namespace qm::contract {

namespace {

using namespace std::chrono_literals;

std::string setting(const char* name, const char* otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr || *given == '\0' ? otherwise : given;
}

std::string test_host() { return setting("AEROSPIKE_TEST_HOST", ""); }
std::string test_name_space() { return setting("AEROSPIKE_TEST_NAMESPACE", "churn_features"); }

class Connected {
 public:
  Connected() : client_(options()) {
    boost::asio::io_context* contexts[] = {&workers_.context(0), &workers_.context(1)};
    client_.start(contexts);
    workers_.start();
    std::vector<std::string> name_spaces{test_name_space()};
    await(client_.wait_until_ready(std::move(name_spaces), deadline_in(30s))).value();
  }
  ~Connected() {
    client_.stop();
    workers_.stop();
    workers_.join();
  }
  aerospike::Client& client() { return client_; }

  void empty() {
    await(client_.truncate(test_name_space(), "", deadline_in(10s))).value();
    const std::string list = "sindex-list:ns=" + test_name_space();
    const auto answers = await(client_.info("", list + "\n", deadline_in(5s))).value();
    for (const auto& [asked, answer] : answers) drop_indexes(answer);
  }

 private:
  static aerospike::ClientOptions options() {
    aerospike::ClientOptions options;
    options.seeds = service::parse_cluster_nodes(test_host(), 3000).value();
    return options;
  }
  void drop_indexes(const std::string& list) {
    constexpr std::string_view kName = "indexname=";
    for (std::size_t at = list.find(kName); at != std::string::npos; at = list.find(kName, at + 1)) {
      const std::size_t begin = at + kName.size();
      const std::string name = list.substr(begin, list.find_first_of(":;", begin) - begin);
      std::string drop = "sindex-delete:ns=" + test_name_space() + ";indexname=" + name + "\n";
      (void)await(client_.info("", std::move(drop), deadline_in(5s))).value();
    }
  }

  WorkerThreads workers_{2};
  aerospike::Client client_;
};

class ClusterEngine final : public Engine {
 public:
  explicit ClusterEngine(const Clock&) {
    reopen();
    connected_->empty();
  }
  kv::Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    connected_.reset();
    connected_ = std::make_unique<Connected>();
    store_ = kv::make_aerospike_store(connected_->client(), test_name_space());
  }

 private:
  std::unique_ptr<Connected> connected_;
  std::unique_ptr<kv::Store> store_;
};

TEST(Cluster, IsCovered) {
  if (test_host().empty()) GTEST_SKIP() << "no cluster: AEROSPIKE_TEST_HOST is not set, so its cases did not run";
}

}  // namespace

std::optional<EngineKind> cluster_kind() {
  if (test_host().empty()) return std::nullopt;
  EngineKind kind;
  kind.name = "aerospike";
  kind.keeps = true;
  kind.name_space = test_name_space();
  kind.make = [](const Clock& clock) -> std::unique_ptr<Engine> { return std::make_unique<ClusterEngine>(clock); };
  return kind;
}

}  // namespace qm::contract
