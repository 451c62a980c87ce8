// The cluster as an engine of the contract, where one is given: AEROSPIKE_TEST_HOST (host[:port]) and
// AEROSPIKE_TEST_NAMESPACE (churn_features). The namespace is emptied before each case.
#pragma once
#include <memory>
#include <optional>

#include "tests/contract/engine.hpp"

namespace qm::contract {

// Nothing where no cluster is given.
std::optional<EngineKind> cluster_kind();

}  // namespace qm::contract
