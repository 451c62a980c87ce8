#include "RecoEngine-featurestore/training/calibrated_model.hpp"

#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/model/xgboost_model.hpp"

namespace qm::reco {

namespace {

class CalibratedModel final : public ChurnModel {
 public:
  CalibratedModel(std::shared_ptr<const ChurnModel> model, Calibration calibration)
      : model_(std::move(model)), calibration_(std::move(calibration)) {}

  ModelOutput predict(const std::vector<float>& row) const override {
    ModelOutput output = model_->predict(row);
    output.probability = calibration_(output.probability);
    return output;
  }
  std::size_t columns() const override { return model_->columns(); }
  ModelFootprint footprint() const override { return model_->footprint(); }

 private:
  const std::shared_ptr<const ChurnModel> model_;
  const Calibration calibration_;
};

}  // namespace

std::shared_ptr<const ChurnModel> calibrated(std::shared_ptr<const ChurnModel> model, Calibration calibration) {
  if (calibration.kind == CalibrationKind::none) return model;
  return std::make_shared<const CalibratedModel>(std::move(model), std::move(calibration));
}

Result<std::shared_ptr<const ChurnModel>> whole_model(const std::string& trees, const std::optional<TreeStart>& start,
                                                      Calibration calibration) {
  if (!calibration.sound()) return rejected("The model's calibration cannot be read.");
  if (start && !start->sound()) return rejected("Where the model's trees begin cannot be read.");
  auto model = load_xgboost_model(trees, model_columns().size());
  if (!model) return model.error();
  return calibrated(started(std::move(*model), start), std::move(calibration));
}

}  // namespace qm::reco
