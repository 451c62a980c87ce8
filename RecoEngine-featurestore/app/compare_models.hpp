// Two models beside each other on the same customers. Pure but for the clock that times a score.
#pragma once
#include <vector>

#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"
#include "RecoEngine-featurestore/model/churn_model.hpp"
#include "RecoEngine-featurestore/training/labelled_rows.hpp"

namespace qm::reco {

// On those of the customers whom neither has learned from: `which`. Of fewer than two of a kind nothing but their
// numbers and the time of a score is said.
Comparison compare_models(const ChurnModel& candidate, const ChurnModel& champion,
                          const LabelledRows& customers, const std::vector<std::size_t>& which);

}  // namespace qm::reco
