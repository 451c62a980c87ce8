// Where the services of a test keep what they keep: in a directory of their own with the embedded store or, in a run
// with QM_TEST_STORE=aerospike, on the cluster that AEROSPIKE_TEST_HOST names (tests/cluster/test_cluster.hpp). Without
// that variable such a run skips everything.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "platform/core/temp_dir.hpp"
#include "tests/functional/service_process.hpp"

namespace qm::functional {

bool on_cluster();
// How GET /health words the store of this run.
inline const char* store_word() { return on_cluster() ? "connected" : "embedded"; }

// Empty at first. There is one cluster, and so one world on it: a new one ends the shared services (two_services.hpp)
// and takes away what other worlds held.
class World {
 public:
  World();

  const std::filesystem::path& dir() const { return dir_.path(); }
  // `arguments`, and those that tell a service of its store.
  std::vector<std::string> with_store(std::vector<std::string> arguments) const;
  ServiceProcess start(const std::string& program, std::vector<std::string> arguments = {},
                       std::string name = {}) const;

 private:
  TempDir dir_;
};

}  // namespace qm::functional
