// The cluster as engines of the contract, one for each namespace that tests may use (tests/cluster/test_cluster.hpp).
// A namespace is emptied before each case.
#pragma once
#include <vector>

#include "tests/contract/engine.hpp"

namespace qm::contract {

// None where no cluster is given.
std::vector<EngineKind> cluster_kinds();

}  // namespace qm::contract
