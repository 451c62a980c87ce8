#include "RecoEngine-featurestore/training/model_report.hpp"

#include <gtest/gtest.h>

#include "RecoEngine-featurestore/training/training_samples.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

ModelMetadata trained() {
  const std::atomic<bool> go_on{false};
  const auto silent = [](double) {};
  TrainingSet recipe;
  recipe.batches = {{300, 9, test::kNow}};
  const CollectedSamples set = training_samples(recipe, 0.3, silent, go_on).value();
  const TrainedModel model = train_on_split(set.rows, set.split, 9, silent, go_on).value();
  ModelMetadata metadata;
  metadata.version = "v_<test>";
  metadata.source = TrainingSource::synthetic;
  metadata.metrics = model.metrics;
  metadata.importance = model.importance;
  metadata.held_out = model.held_out;
  metadata.calibration = model.calibration;
  metadata.cutoffs = set.cutoffs;
  metadata.horizon_days = 90;
  metadata.data_hash = to_hex(model.data_hash);
  metadata.gates = {{"calibration", false, 0.2, 0.1, "worse than 0.1 & more"}};
  metadata.predict_us = model.predict_us;
  return metadata;
}

TEST(ModelReport, IsTheSameBytesForTheSameModel) {
  ModelMetadata model = trained(), again = trained();
  EXPECT_EQ(print_html(model), print_html(again)) << "no duration is in it";
  again.metrics.roc_auc += 0.001;
  EXPECT_NE(print_html(model), print_html(again));
}

TEST(ModelReport, ShowsWhatWasFoundAndNeedsNothingElse) {
  ModelMetadata model = trained();
  model.metrics.roc_auc = 0.81234;
  model.held_out->calibration_error_before = 0.04567;
  model.held_out->recency_roc_auc = 0.71717;
  const std::string html = print_html(model);
  for (const char* text :
       {"0.8123", "0.0457", "0.7172", "PR-AUC", "Brier", "Lift by tenth", "recency alone", "simulated customers",
        "v_&lt;test&gt;", "worse than 0.1 &amp; more", model.importance.front().feature.c_str(),
        model.data_hash.c_str()})
    EXPECT_NE(html.find(text), std::string::npos) << text;
  std::size_t plots = 0;
  for (std::size_t at = html.find("<svg"); at != std::string::npos; at = html.find("<svg", at + 1)) ++plots;
  EXPECT_EQ(plots, 3U);
  for (const Timestamp cutoff : *model.cutoffs)
    EXPECT_NE(html.find("<th>" + to_rfc3339(cutoff).substr(0, 10) + "</th>"), std::string::npos);
  for (const char* outside : {"http:", "https:", "src=", "<script"}) EXPECT_EQ(html.find(outside), std::string::npos);
}

TEST(ModelReport, LeavesOutWhatAModelFromBeforeDidNotKeep) {
  ModelMetadata model = trained();
  model.held_out.reset();
  model.calibration.reset();
  model.cutoffs.reset();
  model.horizon_days.reset();
  const std::string html = print_html(model);
  EXPECT_EQ(html.find("Lift"), std::string::npos);
  EXPECT_EQ(html.find("Cutoffs"), std::string::npos);
  EXPECT_NE(html.find("ROC-AUC"), std::string::npos);
}

}  // namespace
}  // namespace qm::reco
