#include "RecoEngine-featurestore/api/train_wire.hpp"

namespace qm::reco::wire {

namespace {

MetricsChange change_of(const TrainingMetrics& now, const TrainingMetrics& before) {
  MetricsChange change;
  change.roc_auc = now.roc_auc - before.roc_auc;
  change.pr_auc = now.pr_auc - before.pr_auc;
  change.accuracy = now.accuracy - before.accuracy;
  change.precision = now.precision - before.precision;
  change.recall = now.recall - before.recall;
  change.f1_score = now.f1_score - before.f1_score;
  change.log_loss = now.log_loss - before.log_loss;
  change.brier = now.brier - before.brier;
  return change;
}

const char* message_of(ModelStage stage) {
  switch (stage) {
    case ModelStage::champion: return "Training completed successfully";
    case ModelStage::shadow: return "Training completed; the new model scores in shadow before it may be champion";
    default: return "Training completed; the champion stays, as gates refuse the new model";
  }
}

template <class Out>
void add_comparison(const LastTraining& training, Out& out) {
  if (!training.former) return;
  out.former = FormerModel{training.former->version, training.former->metrics};
  out.change = change_of(training.model.metrics, training.former->metrics);
}

}  // namespace

GeneratedData to_wire(const reco::GeneratedData& data, const GenerateQuery& query) {
  GeneratedData out;
  out.message = "Generated " + std::to_string(data.generated) + " training samples";
  out.samples_generated = data.generated;
  out.samples_stored = data.generated;
  out.total_training_samples = data.total;
  out.samples_requested = query.samples;
  out.random_seed = query.random_seed;
  out.cleared_existing = query.clear_existing;
  out.timestamp = data.generated_at;
  return out;
}

StartedTraining to_wire(const TrainingJob& job) {
  StartedTraining out;
  out.message = "Training runs in the background: GET /train/status";
  out.job_id = job.id;
  out.state = job.state;
  out.source = job.source;
  return out;
}

StartedTraining to_wire(const TrainingJob& job, const LastTraining& training) {
  StartedTraining out;
  out.message = message_of(training.stage);
  out.job_id = job.id;
  out.state = job.state;
  out.source = job.source;
  out.cutoffs = training.model.cutoffs;
  out.model_saved = true;
  out.model_version = training.model.version;
  out.promoted = training.promoted;
  out.stage = training.stage;
  out.gates = training.model.gates;
  out.training_metrics = training.model.metrics;
  out.data_quality = training.model.data_quality;
  add_comparison(training, out);
  return out;
}

TrainingStatus to_status(const TrainingJob& job) {
  TrainingStatus out;
  out.job_id = job.id;
  out.state.emplace(job.state);
  out.progress = job.progress;
  out.source = job.source;
  out.test_size = job.test_size;
  out.random_state = static_cast<std::int64_t>(job.seed);
  out.started_at = job.started_at;
  out.finished_at = job.finished_at;
  if (!job.model_version.empty()) out.model_version = job.model_version;
  if (!job.error.empty()) out.error = job.error;
  return out;
}

LastMetrics to_wire(const LastTraining& training) {
  LastMetrics out;
  out.job_id = training.job_id;
  out.model_version = training.model.version;
  out.trained_at = training.model.created_at;
  out.source = training.model.source;
  out.cutoffs = training.model.cutoffs;
  out.promoted = training.promoted;
  out.stage = training.stage;
  out.gates = training.model.gates;
  out.compared = training.model.compared;
  out.training_metrics = training.model.metrics;
  out.data_quality = training.model.data_quality;
  out.feature_importance = training.model.importance;
  if (training.model.calibration) out.calibration = training.model.calibration->kind;
  out.held_out = training.model.held_out;
  add_comparison(training, out);
  return out;
}

}  // namespace qm::reco::wire
