// The Aerospike cluster that tests may use and empty, where one is given:
//   AEROSPIKE_TEST_HOST        its nodes, host or host:port, separated by commas; unset: no cluster
//   AEROSPIKE_TEST_NAMESPACE   namespaces to test on, separated by commas; unset: those of the two services
#pragma once
#include <string>
#include <vector>

#include "platform/aerospike/client.hpp"
#include "platform/core/runtime.hpp"

namespace qm::test {

inline constexpr const char* kNoCluster = "no cluster: AEROSPIKE_TEST_HOST is not set, so nothing ran on one";

std::string cluster_host();  // empty: none is given
std::vector<std::string> cluster_name_spaces();
// Asks once per process. False where no cluster is given.
bool cluster_has(const std::string& name_space);

// A connection. Every failure is thrown.
class TestCluster {
 public:
  explicit TestCluster(std::vector<std::string> name_spaces);  // waits until they are served
  ~TestCluster();
  TestCluster(const TestCluster&) = delete;

  aerospike::Client& client() { return client_; }

  // Drops the indexes and removes every record, and returns when no node holds any. What is written later stays.
  void empty(const std::string& name_space);

 private:
  void drop_indexes(const std::string& name_space);
  bool holds_nothing(const std::string& name_space);

  WorkerThreads workers_{2};
  aerospike::Client client_;
};

}  // namespace qm::test
