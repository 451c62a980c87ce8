// POST /predict/{user_id}.
#pragma once
#include "RecoEngine-featurestore/app/predict_churn.hpp"
#include "platform/http/api.hpp"

namespace qm::reco {

// `predict` outlives `api`.
void add_predict_routes(http::Api& api, PredictChurn& predict);

}  // namespace qm::reco
