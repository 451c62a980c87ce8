// A model whose probabilities are those that come true: another one, and a calibration of what it says. Contributions
// stay those of the other one, in its log-odds: the calibration is a rising function of their sum, so that what they
// say of the order of customers holds, and what raises the one never lowers the other.
#pragma once
#include <memory>

#include "RecoEngine-featurestore/evaluation/calibration.hpp"
#include "RecoEngine-featurestore/model/churn_model.hpp"

namespace qm::reco {

// `model` itself when the calibration changes nothing.
std::shared_ptr<const ChurnModel> calibrated(std::shared_ptr<const ChurnModel> model, Calibration calibration);

}  // namespace qm::reco
