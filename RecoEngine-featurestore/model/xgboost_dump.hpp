// Reading the trees out of a model that XGBoost has saved (versions 1.7 and kin; doc/model.schema of its sources).
#pragma once
#include <string_view>

#include "RecoEngine-featurestore/model/tree_ensemble.hpp"

namespace qm::reco {

constexpr std::size_t kMaxDumpBytes = 256U << 20;

// `bytes`: UBJSON of a booster of trees (gbtree, dart) for binary:logistic with one output. Rejected, with a sentence
// that says why, for anything else; what is returned has passed check(). Nodes that XGBoost pruned are left out.
Result<TreeEnsemble> read_xgboost_dump(std::string_view bytes);

}  // namespace qm::reco
