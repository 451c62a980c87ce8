// From samples to a model: split, fit, judge. Deterministic: the same samples and options give the same bytes.
#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/evaluation/calibration.hpp"
#include "RecoEngine-featurestore/evaluation/drift.hpp"
#include "RecoEngine-featurestore/evaluation/scores.hpp"
#include "platform/core/result.hpp"
#include "RecoEngine-featurestore/training/synthetic_customers.hpp"
#include "RecoEngine-featurestore/training/tree_start.hpp"

namespace qm::reco {

inline constexpr std::size_t kMinTrainingSamples = 100;

struct TrainOptions {
  double test_size = 0.2;  // 0.1…0.5
  std::uint64_t seed = 42;
};

// On the samples held back for the test; positives are those who left, at a threshold of 0.5.
struct TrainingMetrics {
  double roc_auc = 0, pr_auc = 0, accuracy = 0, precision = 0, recall = 0, f1_score = 0, log_loss = 0, brier = 0;
  double calibration_error = 0;
  std::int64_t true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;
  std::int64_t training_samples = 0, test_samples = 0;
  double churn_rate = 0;
  int rounds = 0;
};

struct FeatureImportance {
  std::string feature;
  double mean_abs_shap = 0;
};

// A cutoff of the training set.
struct CutoffSamples {
  std::int64_t samples = 0;
  double churn_rate = 0;
};

// Beside TrainingMetrics, on the same samples.
struct HeldOutReport {
  double calibration_error_before = 0;  // of the model's own probabilities, as TrainingMetrics::calibration_error
  double recency_roc_auc = 0;           // of who bought last how long ago, alone
  std::vector<double> lift_by_decile;   // as in ScoreReport
  std::vector<ScoreGroup> calibration_curve;
  std::vector<CutoffSamples> cutoffs;  // newest first; none for samples of no cutoff
};

struct TrainedModel {
  std::string bytes;               // of fit_xgboost
  std::optional<TreeStart> start;  // where these trees begin; nothing: at 0
  Calibration calibration;         // of what both say; see whole_model()
  TrainingMetrics metrics;
  HeldOutReport held_out;
  std::vector<FeatureImportance> importance;  // strongest first
  DriftReference drift;                       // of one sample of each customer; the scores of those held back
  double predict_us = 0;                      // median of one score with its contributions, on this machine
  std::uint64_t data_hash = 0;
  std::uint64_t feature_hash = 0;
  std::uint64_t seed = 0;
  std::string library_version;
};

struct DataQuality {
  double quality_score = 0;  // 0…1
  std::vector<std::string> issues;
  std::int64_t samples = 0;
  double churn_rate = 0;
  double missing_rate = 0;  // over all model features
  bool enough = false;      // whether training may begin
};

DataQuality quality_of(const LabelledRows& rows);
DataQuality quality_of(const std::vector<TrainingSample>& samples);
LabelledRows rows_of(const std::vector<TrainingSample>& samples);

// What each sample is for, by its place.
struct SampleSplit {
  std::vector<std::size_t> training;    // learned from
  std::vector<std::size_t> validation;  // says when to stop, and calibrates
  std::vector<std::size_t> test;        // held back, for the metrics; not empty

  // Validation and test are later than what is learned from, and what comes after them is later still. So once it is
  // known when to stop, the model is trained anew with the validation's samples, which are a quarter fresher; those of
  // the test it never sees. Trees are flatter, they have a start (tree_start.hpp), and the level is damped between what
  // was learned and what was seen last (see damped()).
  bool other_season = false;
  std::vector<std::uint32_t> customers;    // whom each sample is of; empty: each is a customer of its own
  std::vector<std::size_t> one_each;       // the newest sample of each customer; empty: each is a customer of its own
  std::vector<std::size_t> cutoff_begins;  // where each cutoff's samples begin, newest first; empty: there are none
};

// Dealing out: every sixth of those that are learned from says when to stop instead.
constexpr bool says_when_to_stop(std::size_t place) noexcept { return place % 6 == 5; }

// On a split of the caller's. Errors and `progress` as below.
Result<TrainedModel> train_on_split(const LabelledRows& rows, const SampleSplit& split, std::uint64_t seed,
                                    const std::function<void(double)>& progress, const std::atomic<bool>& cancelled);

// On a random split, with equal shares of those who left.
// Rejected, with the reason, when the data is too poor or `cancelled` becomes true. `progress` gets 0…1.
Result<TrainedModel> train(const std::vector<TrainingSample>& samples, const TrainOptions& options,
                           const std::function<void(double)>& progress, const std::atomic<bool>& cancelled);

// Scores against labels (true: left), at a threshold of 0.5.
TrainingMetrics judge(const std::vector<double>& scores, const std::vector<bool>& labels);

}  // namespace qm::reco
