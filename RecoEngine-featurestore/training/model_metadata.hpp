// What is known of a trained model: the metadata file beside it, and what the service tells of it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/domain/training_job.hpp"
#include "RecoEngine-featurestore/evaluation/drift.hpp"
#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"
#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"

namespace qm::reco {

BOOST_DESCRIBE_STRUCT(TrainingMetrics, (),
                      (roc_auc, pr_auc, accuracy, precision, recall, f1_score, log_loss, brier, calibration_error,
                       true_positives, false_positives, true_negatives, false_negatives, training_samples,
                       test_samples, churn_rate, rounds))
BOOST_DESCRIBE_STRUCT(FeatureImportance, (), (feature, mean_abs_shap))
BOOST_DESCRIBE_STRUCT(DataQuality, (), (quality_score, issues, samples, churn_rate, missing_rate, enough))

BOOST_DESCRIBE_ENUM(TrainingSource, synthetic, events)

BOOST_DESCRIBE_STRUCT(GateResult, (), (gate, passed, value, limit, text))

BOOST_DESCRIBE_STRUCT(ModelTrial, (), (roc_auc, calibration_error, stayed, left, predict_us))
BOOST_DESCRIBE_STRUCT(Comparison, (), (candidate, champion, roc_auc_error, same_customers, unfit))

BOOST_DESCRIBE_STRUCT(ReferenceHistogram, (), (name, exact, edges, counts))
BOOST_DESCRIBE_STRUCT(DriftReference, (), (features, scores))

// On the customers that a model was judged by, beside the champion of then.
struct ComparedModels {
  std::string champion;  // its version
  Comparison figures;
};
BOOST_DESCRIBE_STRUCT(ComparedModels, (), (champion, figures))
BOOST_DESCRIBE_ENUM(CalibrationKind, none, platt, isotonic)
BOOST_DESCRIBE_STRUCT(Calibration, (), (kind, slope, intercept, scores, probabilities, weight))
BOOST_DESCRIBE_STRUCT(ScoreGroup, (), (count, mean_score, observed))
BOOST_DESCRIBE_STRUCT(CutoffSamples, (), (samples, churn_rate))
BOOST_DESCRIBE_STRUCT(HeldOutReport, (),
                      (calibration_error_before, recency_roc_auc, lift_by_decile, calibration_curve, cutoffs))

BOOST_DESCRIBE_STRUCT(BgNbd, (), (r, alpha, a, b))
BOOST_DESCRIBE_STRUCT(OrderHabits, (), (model, horizon_weeks, weight, mean_rhythm, mean_silence))
BOOST_DESCRIBE_STRUCT(LinePart, (), (column, weight, mean))
BOOST_DESCRIBE_STRUCT(TreeStart, (), (base, habits, line))

struct ModelMetadata {
  std::string version;  // "v20261124-101500-1a2b3c4d": sorts by time
  Timestamp created_at{};
  std::string job_id;  // of the training that made it
  std::string feature_hash;  // of the feature table it was trained with: only such a build may serve it
  std::string data_hash;
  std::int64_t seed = 0;
  double test_size = 0;
  std::string library_version;
  TrainingMetrics metrics;
  DataQuality data_quality;
  std::vector<FeatureImportance> importance;  // strongest first
  double predict_us = 0;                      // median of one score with its contributions, where it was trained
  std::vector<GateResult> gates;              // as it was judged when it was trained
  std::optional<TrainingSource> source;       // nothing: made before there were several
  // The moments that customers were seen at, newest first; by the first the model was judged. Of simulated customers
  // they are of the simulated time; nothing: dealt out at random, as these were before.
  std::optional<std::vector<Timestamp>> cutoffs;
  std::optional<DriftReference> drift;  // none of models from before it was kept
  std::optional<std::int64_t> horizon_days;  // of its labels; likewise
  std::optional<ComparedModels> compared;    // none where there was no champion to compare with
  std::optional<std::string> revision;       // of the program that trained it (platform/core/revision.hpp)
  std::optional<Calibration> calibration;    // of what its trees say; none of models from before there was any
  std::optional<HeldOutReport> held_out;     // likewise
  std::optional<TreeStart> start;            // where its trees begin; none: at 0, as all did before there was any
};
BOOST_DESCRIBE_STRUCT(ModelMetadata, (),
                      (version, created_at, job_id, feature_hash, data_hash, seed, test_size, library_version, metrics,
                       data_quality, importance, predict_us, gates, source, cutoffs, drift, horizon_days,
                       compared, revision, calibration, held_out, start))

std::string print_metadata(const ModelMetadata& metadata);
// Rejected when the text is no metadata.
Result<ModelMetadata> parse_metadata(std::string_view text);

// 16 hexadecimal digits.
std::string to_hex(std::uint64_t hash);

// When a model was made, to the millisecond, and a hash over it and its job, so that no two are the same and names sort
// by time.
std::string make_version(Timestamp created_at, std::string_view model, std::string_view job_id);

}  // namespace qm::reco
