#include "RecoEngine-featurestore/app/champion.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"
#include "RecoEngine-featurestore/training/synthetic_customers.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

struct Stored {
  StoredModel model;
  ModelMetadata metadata;
};
const Stored& stored_model() {
  static const auto& made = *new Stored([] {
    const std::atomic<bool> go_on{false};
    const auto samples = simulate_customers(600, 5, test::kNow);
    const auto trained = train(samples, {}, [](double) {}, go_on).value();
    Stored stored;
    stored.metadata.version = "v1";
    stored.metadata.feature_hash = to_hex(trained.feature_hash);
    stored.model = {"v1", trained.bytes, ""};
    return stored;
  }());
  return made;
}
Result<std::shared_ptr<const ServedModel>> served_with(const std::optional<TreeStart>& start,
                                                       const Calibration& calibration = {}) {
  Stored stored = stored_model();
  stored.metadata.start = start;
  stored.metadata.calibration = calibration;
  stored.model.metadata = print_metadata(stored.metadata);
  return to_served(stored.model);
}

TEST(Served, BeginsWhereItsMetadataSay) {
  TreeStart start;
  start.base = 0.4;
  start.line = {{"sess_30d", -0.7, 1.5}};
  Calibration calibration;
  calibration.kind = CalibrationKind::platt;
  calibration.intercept = -0.2;
  const auto plain = served_with(std::nullopt).value(), with = served_with(start).value(),
             level = served_with(start, calibration).value();
  const StartScorer scorer{start};
  for (const auto& sample : simulate_customers(40, 6, test::kNow)) {
    const auto row = to_model_row(sample.features);
    const double margin = plain->model->predict(row).margin + scorer.margin(row);
    EXPECT_NEAR(with->model->predict(row).probability, 1 / (1 + std::exp(-margin)), 1e-12);
    EXPECT_NEAR(level->model->predict(row).probability, 1 / (1 + std::exp(-margin + 0.2)), 1e-12) << "on top of both";
  }
}

TEST(Served, RefusesAStartThatIsNoneOfThisProgram) {
  TreeStart start;
  start.line = {{"shoe_size", 1, 0}};
  const auto refused = served_with(start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
  EXPECT_NE(refused.error().detail.find("v1"), std::string::npos) << refused.error().detail;
}

}  // namespace
}  // namespace qm::reco
