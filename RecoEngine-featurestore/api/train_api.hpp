// /train/…: training data, training jobs, and what came of them.
#pragma once
#include "RecoEngine-featurestore/app/generate_training_data.hpp"
#include "RecoEngine-featurestore/app/judge_training_data.hpp"
#include "RecoEngine-featurestore/app/train_model.hpp"
#include "platform/http/api.hpp"

namespace qm::reco {

// All of them outlive `api`.
void add_train_routes(http::Api& api, GenerateTrainingData& generate, JudgeTrainingData& judge, TrainModel& train);

}  // namespace qm::reco
