// GET /models, POST /models/{version}/promote and /models/{version}/rollback.
#pragma once
#include "RecoEngine-featurestore/app/promote_model.hpp"
#include "platform/http/api.hpp"

namespace qm::reco {

// `promote` outlives the api.
void add_model_routes(http::Api& api, PromoteModel& promote);

}  // namespace qm::reco
