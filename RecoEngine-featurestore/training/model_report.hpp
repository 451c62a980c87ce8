// What a training found of its model, for people: one HTML page that needs nothing else, in the look of the
// evaluation's (evaluation_report.hpp). The same metadata gives the same bytes: no duration is in it.
#pragma once
#include <string>

#include "RecoEngine-featurestore/training/model_metadata.hpp"

namespace qm::reco {

// What a model from before did not keep is left out.
std::string print_html(const ModelMetadata& model);

}  // namespace qm::reco
