#include <gtest/gtest.h>

#include <cmath>

#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/domain/reason.hpp"
#include "RecoEngine-featurestore/domain/risk.hpp"
#include "RecoEngine-featurestore/model/xgboost_model.hpp"
#include "RecoEngine-featurestore/training/calibrated_model.hpp"
#include "RecoEngine-featurestore/training/random.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"

#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using test::kNow;
const std::atomic<bool> kGoOn{false};
const auto kSilent = [](double) {};

const TrainedModel& default_model() {
  static const TrainedModel model = train(simulate_customers(5000, 42, kNow), {}, kSilent, kGoOn).value();
  return model;
}

std::shared_ptr<const ChurnModel> loaded() {
  // Never destroyed: at exit XGBoost's own statics may be gone already.
  static const auto& model = *new auto(load_xgboost_model(default_model().bytes, model_columns().size()).value());
  return model;
}

FeatureVector customer(std::initializer_list<std::pair<const char*, FeatureValue>> values) {
  FeatureVector features;
  for (const auto& [name, value] : values) features.set(find_feature(name), value, kNow);
  return features;
}

TEST(SyntheticCustomers, AreTheSameForTheSameSeed) {
  const auto a = simulate_customers(300, 7, kNow), b = simulate_customers(300, 7, kNow),
             more = simulate_customers(400, 7, kNow);
  const auto other = simulate_customers(300, 8, kNow);
  int different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto row = to_model_row(a[i].features);
    EXPECT_EQ(std::memcmp(row.data(), to_model_row(b[i].features).data(), row.size() * sizeof(float)), 0);
    EXPECT_EQ(std::memcmp(row.data(), to_model_row(more[i].features).data(), row.size() * sizeof(float)), 0);
    EXPECT_EQ(a[i].churned, b[i].churned);
    different += std::memcmp(row.data(), to_model_row(other[i].features).data(), row.size() * sizeof(float)) != 0;
  }
  EXPECT_GT(different, 290);
}

TEST(SyntheticCustomers, LeaveAtAPlausibleRate) {
  const DataQuality quality = quality_of(simulate_customers(2000, 42, kNow));
  EXPECT_GT(quality.churn_rate, 0.25);
  EXPECT_LT(quality.churn_rate, 0.6);
  EXPECT_TRUE(quality.enough);
  EXPECT_GT(quality.quality_score, 0.6);
}

TEST(Trainer, LearnsBehaviourNotAFormula) {
  const auto& m = default_model().metrics;
  EXPECT_GT(m.roc_auc, 0.75) << m.roc_auc;
  EXPECT_LT(m.roc_auc, 0.96) << "the label is a formula of the features";
  EXPECT_EQ(m.true_positives + m.false_positives + m.true_negatives + m.false_negatives, 1000);
}

TEST(Trainer, GivesTheSameBytesForTheSameInput) {
  const auto samples = simulate_customers(600, 3, kNow);
  const auto a = train(samples, {0.25, 5}, kSilent, kGoOn).value(),
             b = train(samples, {0.25, 5}, kSilent, kGoOn).value();
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.data_hash, b.data_hash);
  EXPECT_NE(a.bytes, train(samples, {0.25, 6}, kSilent, kGoOn).value().bytes);
}

// Half of the later samples say how often what the trees say comes true; the other half judges.
TEST(Trainer, CalibratesByWhatItDidNotLearnFrom) {
  auto samples = simulate_customers(3000, 11, kNow);
  SampleSplit split;
  split.other_season = true;
  Random random{5};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    auto& part = i < 1500 ? split.training : i % 2 == 0 ? split.validation : split.test;
    part.push_back(i);
    if (i >= 1500 && random.chance(0.3)) samples[i].churned = true;  // a season in which more leave
  }
  const auto trained = train_on_split(rows_of(samples), split, 1, kSilent, kGoOn).value();
  EXPECT_NE(trained.calibration.kind, CalibrationKind::none);
  EXPECT_EQ(trained.calibration.weight, 0.5) << "damped: the next season is another one";
  EXPECT_LT(trained.metrics.calibration_error, trained.held_out.calibration_error_before);
  EXPECT_EQ(trained.held_out.lift_by_decile.size(), 10U);
  EXPECT_EQ(train_on_split(rows_of(samples), split, 1, kSilent, kGoOn).value().bytes, trained.bytes);
  split.other_season = false;
  const auto same_season = train_on_split(rows_of(samples), split, 1, kSilent, kGoOn).value();
  EXPECT_FALSE(same_season.start);
  EXPECT_EQ(same_season.calibration.weight, 1);
  EXPECT_LT(same_season.metrics.calibration_error, trained.metrics.calibration_error);
}

// What judges is learned from by nobody: whatever it did, the model is the same.
TEST(Trainer, LearnsNothingFromThoseWhoJudge) {
  auto samples = simulate_customers(1200, 13, kNow);
  SampleSplit split;
  split.other_season = true;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    auto& part = i < 700 ? split.training : i % 2 == 0 ? split.validation : split.test;
    part.push_back(i);
    split.one_each.push_back(i);
    split.customers.push_back(static_cast<std::uint32_t>(i));
  }
  const auto before = train_on_split(rows_of(samples), split, 1, kSilent, kGoOn).value();
  for (const std::size_t place : split.test) {
    samples[place].churned = !samples[place].churned;
    samples[place].features.clear(find_feature("orders_12m"));
  }
  const auto after = train_on_split(rows_of(samples), split, 1, kSilent, kGoOn).value();
  EXPECT_EQ(after.bytes, before.bytes);
  EXPECT_EQ(after.calibration.slope, before.calibration.slope);
  EXPECT_NE(after.metrics.roc_auc, before.metrics.roc_auc);
  const std::size_t fresh = split.validation.front();
  samples[fresh].churned = !samples[fresh].churned;
  const auto other = train_on_split(rows_of(samples), split, 1, kSilent, kGoOn).value();
  EXPECT_NE(other.bytes, before.bytes) << "the newest are learned from";
}

// What is rare gets more weight while the trees learn, and the level is as it was.
TEST(Trainer, WeighsTheRarerKindAndUndoesItInTheLevel) {
  auto samples = simulate_customers(6000, 12, kNow);
  std::size_t kept = 0;  // of those who left, every fifteenth
  std::erase_if(samples, [&kept](const TrainingSample& each) { return each.churned && kept++ % 15 != 0; });
  const auto trained = train(samples, {0.3, 4}, kSilent, kGoOn).value();
  ASSERT_LT(trained.metrics.churn_rate, 0.1);
  EXPECT_LT(trained.held_out.calibration_error_before, 0.05);
  EXPECT_LT(trained.metrics.calibration_error, 0.05);
  EXPECT_GT(trained.metrics.roc_auc, 0.65);
}

TEST(Trainer, TellsWhatRecencyAloneWouldSay) {
  EXPECT_GT(default_model().held_out.recency_roc_auc, 0.5);
  EXPECT_GT(default_model().metrics.roc_auc, default_model().held_out.recency_roc_auc);
}

TEST(Trainer, RefusesPoorDataAndStopsWhenTold) {
  auto few = simulate_customers(99, 1, kNow);
  EXPECT_EQ(train(few, {}, kSilent, kGoOn).error().kind, ErrorKind::Rejected);
  auto same = simulate_customers(300, 1, kNow);
  for (auto& sample : same) sample.churned = true;
  EXPECT_NE(train(same, {}, kSilent, kGoOn).error().detail.find("same label"), std::string::npos);
  std::atomic<bool> cancelled{false};
  const auto stopped = train(simulate_customers(300, 1, kNow), {}, [&](double) { cancelled = true; }, cancelled);
  EXPECT_FALSE(stopped);
}

TEST(Metrics, CountAtAThresholdOfOneHalf) {
  const auto m = judge({0.9, 0.3, 0.6, 0.1}, {true, true, false, false});
  EXPECT_DOUBLE_EQ(m.precision, 0.5);
  EXPECT_DOUBLE_EQ(m.recall, 0.5);
  EXPECT_DOUBLE_EQ(m.accuracy, 0.5);
}

TEST(XgboostModel, ContributionsSumToTheScore) {
  for (const auto& sample : simulate_customers(200, 99, kNow)) {
    const auto out = loaded()->predict(to_model_row(sample.features));
    double margin = out.base_value;
    for (const double part : out.shap) margin += part;
    EXPECT_NEAR(1 / (1 + std::exp(-margin)), out.probability, 1e-6);
  }
}

TEST(XgboostModel, RefusesWhatIsNoModel) {
  EXPECT_FALSE(load_xgboost_model("not a model", model_columns().size()));
  EXPECT_FALSE(load_xgboost_model(default_model().bytes, model_columns().size() + 1));
  EXPECT_THROW(loaded()->predict({1.0F}), std::runtime_error);
}

TEST(CalibratedModel, ChangesTheProbabilityAlone) {
  Calibration calibration;
  calibration.kind = CalibrationKind::platt;
  calibration.slope = 0.5;
  calibration.intercept = 0.3;
  const auto model = calibrated(loaded(), calibration);
  double last_raw = 0, last = 0;
  for (const auto& sample : simulate_customers(50, 98, kNow)) {
    const auto row = to_model_row(sample.features);
    const ModelOutput raw = loaded()->predict(row), out = model->predict(row);
    double margin = out.base_value;
    for (const double part : out.shap) margin += part;
    EXPECT_NEAR(out.probability, 1 / (1 + std::exp(-0.5 * margin - 0.3)), 1e-6);
    EXPECT_EQ(out.shap, raw.shap);
    EXPECT_EQ(out.base_value, raw.base_value);
    EXPECT_EQ(raw.probability < last_raw, out.probability < last) << "the order stays";
    last_raw = raw.probability, last = out.probability;
  }
  EXPECT_EQ(calibrated(loaded(), {}), loaded()) << "nothing to change";
  EXPECT_EQ(model->columns(), loaded()->columns());
}

TEST(Personas, SpreadOverTheSegments) {
  const FeatureVector loyal = customer({{"loyalty_tier", std::string{"gold"}},
                                        {"days_last_login", std::int64_t{1}},
                                        {"days_last_purch", std::int64_t{4}},
                                        {"sess_7d", std::int64_t{5}},
                                        {"sess_30d", std::int64_t{18}},
                                        {"cart_abandon", 0.1},
                                        {"orders_6m", std::int64_t{14}},
                                        {"purch_freq_90d", 2.7},
                                        {"csat_score", 4.8},
                                        {"push_open_rate", 0.6},
                                        {"email_ctr", 0.3}});
  const FeatureVector leaving = customer({{"days_last_login", std::int64_t{30}},
                                          {"days_last_purch", std::int64_t{110}},
                                          {"sess_7d", std::int64_t{0}},
                                          {"sess_30d", std::int64_t{1}},
                                          {"cart_abandon", 0.85},
                                          {"orders_6m", std::int64_t{1}},
                                          {"purch_freq_90d", 0.0},
                                          {"discount_dep", 0.9},
                                          {"push_open_rate", 0.05},
                                          {"email_ctr", 0.0},
                                          {"abandon_count", std::int64_t{3}}});
  const auto model = calibrated(loaded(), default_model().calibration);
  const auto low = model->predict(to_model_row(loyal)), high = model->predict(to_model_row(leaving));
  EXPECT_EQ(segment_of(low.probability), RiskSegment::low) << low.probability;
  EXPECT_EQ(segment_of(high.probability), RiskSegment::critical) << high.probability;
  const auto reasons = reasons_of(high.shap, leaving);
  ASSERT_FALSE(reasons.empty());
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    EXPECT_GT(reasons[i].contribution, 0);
    EXPECT_FALSE(reasons[i].text.empty());
    RecordProperty(std::string{to_string(reasons[i].family)}, reasons[i].text);
  }
}

}  // namespace
}  // namespace qm::reco
