#include "tests/functional/world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/cluster/test_cluster.hpp"
#include "tests/functional/two_services.hpp"

namespace qm::functional {

namespace {

const std::vector<std::string> kNameSpaces{"churn_features", "quick_mart"};

// Before anything else of the run.
class StoreOfTheRun final : public testing::Environment {
 public:
  void SetUp() override {
    // The cluster that somebody works on is none to test on.
    for (const char* setting : {"AEROSPIKE_HOST", "AEROSPIKE_PORT", "AEROSPIKE_NAMESPACE", "AEROSPIKE_USER"})
      ::unsetenv(setting);
    if (!on_cluster()) return;
    if (test::cluster_host().empty()) GTEST_SKIP() << test::kNoCluster;
    for (const auto& name_space : kNameSpaces)
      if (!test::cluster_has(name_space)) GTEST_SKIP() << "the cluster has no namespace " << name_space;
  }
  void TearDown() override { end_shared_services(); }
};

const auto* const kStoreOfTheRun = testing::AddGlobalTestEnvironment(new StoreOfTheRun);

}  // namespace

bool on_cluster() {
  static const char* const store = std::getenv("QM_TEST_STORE");
  return store != nullptr && std::string_view{store} == "aerospike";
}

World::World() {
  if (!on_cluster()) return;
  end_shared_services();
  test::TestCluster cluster{kNameSpaces};
  for (const auto& name_space : kNameSpaces) cluster.empty(name_space);
}

std::vector<std::string> World::with_store(std::vector<std::string> arguments) const {
  if (on_cluster()) arguments.insert(arguments.end(), {"--aerospike-host", test::cluster_host()});
  return arguments;
}

ServiceProcess World::start(const std::string& program, std::vector<std::string> arguments, std::string name) const {
  return {program, dir(), with_store(std::move(arguments)), std::move(name)};
}

}  // namespace qm::functional
