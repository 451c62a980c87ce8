// What was told of a customer's features at once, as bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "RecoEngine-featurestore/domain/feature_history.hpp"

namespace qm::reco {

// By the features' names, so that it can be read when the table has changed.
std::string to_bytes(const FeatureTelling& telling);
// nullopt for bytes that are none. What no longer fits the table is left out.
std::optional<FeatureTelling> telling_from_bytes(std::string_view bytes);

}  // namespace qm::reco
