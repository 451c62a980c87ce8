// POST /ingest/{group}.
#pragma once
#include "RecoEngine-featurestore/app/ingest_features.hpp"
#include "platform/http/api.hpp"

namespace qm::reco {

// One route per group, so that each documents the features of its own. `ingest` outlives `api`.
void add_ingest_routes(http::Api& api, IngestFeatures& ingest);

}  // namespace qm::reco
