// A model whose probabilities are those that come true: another one, and a calibration of what it says. Contributions
// stay those of the other one, in its log-odds: the calibration is a rising function of their sum, so that what they
// say of the order of customers holds, and what raises the one never lowers the other.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "RecoEngine-featurestore/evaluation/calibration.hpp"
#include "RecoEngine-featurestore/model/churn_model.hpp"
#include "RecoEngine-featurestore/training/tree_start.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

// `model` itself when the calibration changes nothing.
std::shared_ptr<const ChurnModel> calibrated(std::shared_ptr<const ChurnModel> model, Calibration calibration);

// All that a trained model is, as it answers customers: trees, from where they begin, calibrated. Whoever scores by a
// trained model makes it so. Rejected when it is no model of this program's columns, or a part of it is not sound.
Result<std::shared_ptr<const ChurnModel>> whole_model(const std::string& trees, const std::optional<TreeStart>& start,
                                                      Calibration calibration);

}  // namespace qm::reco
