// Training data and training jobs as JSON.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/app/generate_training_data.hpp"
#include "RecoEngine-featurestore/app/train_model.hpp"
#include "platform/json/describe.hpp"

namespace qm::reco {

BOOST_DESCRIBE_ENUM(ModelStage, candidate, shadow, champion, retired)
BOOST_DESCRIBE_ENUM(TrainingState, queued, running, succeeded, failed, cancelled)

namespace wire {

struct GenerateQuery {
  std::int64_t samples = 1000;
  bool clear_existing = false;
  std::int64_t random_seed = 42;
};
BOOST_DESCRIBE_STRUCT(GenerateQuery, (), (samples, clear_existing, random_seed))
inline auto constraints(const GenerateQuery*) {
  return json::fields(json::field(&GenerateQuery::samples, json::defaulted(), json::range(100, 100'000)),
                      json::field(&GenerateQuery::clear_existing, json::defaulted()),
                      json::field(&GenerateQuery::random_seed, json::defaulted(), json::range(0, 4'294'967'295)));
}

struct GeneratedData {
  std::string message;
  std::int64_t samples_generated = 0;
  std::int64_t samples_stored = 0;
  std::int64_t total_training_samples = 0;
  std::int64_t samples_requested = 0;
  std::int64_t random_seed = 0;
  bool cleared_existing = false;
  Timestamp timestamp{};
};
BOOST_DESCRIBE_STRUCT(GeneratedData, (),
                      (message, samples_generated, samples_stored, total_training_samples, samples_requested,
                       random_seed, cleared_existing, timestamp))

struct StartQuery {
  double test_size = 0.2;
  std::int64_t random_state = 42;
  bool wait = true;
  std::optional<TrainingSource> source;  // nothing: real customers if enough are known, else simulated ones
};
BOOST_DESCRIBE_STRUCT(StartQuery, (), (test_size, random_state, wait, source))
inline auto constraints(const StartQuery*) {
  return json::fields(json::field(&StartQuery::test_size, json::defaulted(), json::range(0.1, 0.5)),
                      json::field(&StartQuery::random_state, json::defaulted(), json::range(0, 4'294'967'295)),
                      json::field(&StartQuery::wait, json::defaulted()));
}

// New minus former.
struct MetricsChange {
  double roc_auc = 0, pr_auc = 0, accuracy = 0, precision = 0, recall = 0, f1_score = 0, log_loss = 0, brier = 0;
};
BOOST_DESCRIBE_STRUCT(MetricsChange, (), (roc_auc, pr_auc, accuracy, precision, recall, f1_score, log_loss, brier))

struct FormerModel {
  std::string model_version;
  TrainingMetrics training_metrics;
};
BOOST_DESCRIBE_STRUCT(FormerModel, (), (model_version, training_metrics))

struct StartedTraining {
  std::string message;
  std::string job_id;
  TrainingState state = TrainingState::queued;
  std::optional<TrainingSource> source;  // what was taken, once it is known
  bool model_saved = false;
  // Once it is over:
  std::optional<std::string> model_version;
  std::optional<std::vector<Timestamp>> cutoffs;  // moments customers were seen at, newest first
  std::optional<bool> promoted;     // became the champion
  std::optional<ModelStage> stage;  // shadow: it may become champion; candidate: a gate refused it
  std::optional<std::vector<GateResult>> gates;
  std::optional<TrainingMetrics> training_metrics;
  std::optional<DataQuality> data_quality;
  std::optional<FormerModel> former;
  std::optional<MetricsChange> change;
};
BOOST_DESCRIBE_STRUCT(StartedTraining, (),
                      (message, job_id, state, source, model_saved, model_version, cutoffs, promoted, stage, gates,
                       training_metrics, data_quality, former, change))

struct TrainingStatus {
  json::Nullable<std::string> job_id;
  json::Nullable<TrainingState> state;  // null: nothing has been trained yet
  double progress = 0;
  std::optional<TrainingSource> source;
  std::optional<double> test_size;  // of simulated customers
  std::optional<std::int64_t> random_state;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::optional<std::string> model_version;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(TrainingStatus, (),
                      (job_id, state, progress, source, test_size, random_state, started_at, finished_at, model_version,
                       error))

struct LastMetrics {
  std::string job_id;
  std::string model_version;
  Timestamp trained_at{};
  std::optional<TrainingSource> source;
  std::optional<std::vector<Timestamp>> cutoffs;
  bool promoted = false;                     // became the champion at the end of its training
  ModelStage stage = ModelStage::candidate;  // what it is now
  std::vector<GateResult> gates;             // as it was judged then
  json::Nullable<ComparedModels> compared;   // with the champion of then, on the same customers
  TrainingMetrics training_metrics;
  DataQuality data_quality;
  std::vector<FeatureImportance> feature_importance;  // mean |SHAP|, strongest first
  std::optional<CalibrationKind> calibration;
  std::optional<HeldOutReport> held_out;
  json::Nullable<FormerModel> former;
  json::Nullable<MetricsChange> change;
};
BOOST_DESCRIBE_STRUCT(LastMetrics, (),
                      (job_id, model_version, trained_at, source, cutoffs, promoted, stage, gates, compared,
                       training_metrics, data_quality, feature_importance, calibration, held_out, former, change))

struct ByJob {
  std::string job_id;
};
BOOST_DESCRIBE_STRUCT(ByJob, (), (job_id))
inline auto constraints(const ByJob*) { return json::fields(json::field(&ByJob::job_id, json::identifier())); }

GeneratedData to_wire(const reco::GeneratedData& data, const GenerateQuery& query);
StartedTraining to_wire(const TrainingJob& job);
StartedTraining to_wire(const TrainingJob& job, const LastTraining& training);
TrainingStatus to_status(const TrainingJob& job);
LastMetrics to_wire(const LastTraining& training);

}  // namespace wire
}  // namespace qm::reco
