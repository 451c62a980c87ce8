// Training as a job in the background: one at a time, on a thread of its own.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "RecoEngine-featurestore/app/champion.hpp"
#include "RecoEngine-featurestore/app/collect_samples.hpp"
#include "RecoEngine-featurestore/store/training_job_store.hpp"
#include "RecoEngine-featurestore/store/training_set_store.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"

namespace qm::reco {

struct LastTraining {
  std::string job_id;
  ModelMetadata model;
  std::optional<ModelMetadata> former;  // the champion when it was trained
  bool promoted = false;                // became champion at its end; otherwise `model.gates` say why not
  ModelStage stage = ModelStage::candidate;  // what it is now
};

struct TrainingOutcome {
  TrainingJob job;
  std::optional<LastTraining> training;  // once it succeeded
};

// Since the start of the process.
struct TrainingCounts {
  std::int64_t succeeded = 0, failed = 0, cancelled = 0;
  bool running = false;
  double progress = 0;  // of the running one
};

struct TrainingRules {
  std::int64_t shadow_scores = kMinShadowScores;  // as PromoteModel's `needed`
  std::string revision = "unknown";               // of this program
};

// Thread-safe.
class TrainModel {
 public:
  // All of them outlive it.
  TrainModel(TrainingSetStore& sets, CollectSamples& collect, TrainingJobStore& jobs, ModelRegistry& registry,
             Champion& champion, const Clock& clock, TrainingRules rules = {});
  ~TrainModel();  // stop()
  TrainModel(const TrainModel&) = delete;

  // Begins a training, at whose end the model is champion at once where there is none, in shadow when it passes the
  // gates beside the one there is (promote_model.hpp), or else a candidate that nobody asks. Where no source is named:
  // on the customers of the log, if so many of them judge that something can be concluded (kMinJudged of each kind);
  // else on simulated ones, if any were generated; else on those of the log all the same. What was taken is in the job,
  // as soon as the log was read. Rejected when there are too few samples, or no events; a log that holds too few
  // customers is known by reading it, too, so then the job fails. Conflict, naming the job, when one runs in any
  // instance; Unavailable after stop().
  Task<Result<TrainingJob>> start(TrainOptions options, std::optional<TrainingSource> source = std::nullopt);
  // The same, and waits for its end or the deadline, whichever is first.
  Task<Result<TrainingOutcome>> run(TrainOptions options, Deadline deadline,
                                    std::optional<TrainingSource> source = std::nullopt);

  // The running job or the last one. NotFound before the first.
  Task<Result<TrainingJob>> status();
  // The last that succeeded. NotFound before the first.
  Task<Result<LastTraining>> last();
  // Of the last that succeeded, for people: a page of HTML (model_report.hpp). NotFound before the first.
  Task<Result<std::string>> report();
  // Asks for its end, in whatever instance it runs. NotFound; Conflict when it is over.
  Task<Result<void>> cancel(std::string job_id);

  // Tells the store that the job still runs: call every second.
  Task<Result<void>> keep_lease();

  // Cancels what runs and waits for its thread; nothing begins after it. Blocks for as long as a boosting round takes.
  void stop();

  TrainingCounts counts() const;

 private:
  struct Run;  // one training in this process

  Task<Result<std::shared_ptr<Run>>> begin(TrainOptions options, std::optional<TrainingSource> source);
  // nullopt: both can be had, and the log says which, once it is read.
  Task<Result<std::optional<TrainingSource>>> choose(std::optional<TrainingSource> source);
  Result<std::shared_ptr<Run>> take_turn(TrainOptions options, std::optional<TrainingSource> source);
  std::shared_ptr<Run> running() const;
  void work(Run& run);
  Result<LastTraining> train_and_promote(Run& run);
  // A model, and those of the log whom nobody has learned from; there are always others to simulate.
  struct Judged {
    TrainedModel trained;
    LabelledRows customers;
    std::vector<std::size_t> by;  // their places
  };
  Result<Judged> make_model(Run& run, ModelMetadata& about);
  // Says in the job which source it is, where it says none.
  Result<CollectedSamples> gather(Run& run);
  Result<CollectedSamples> simulate(Run& run);
  // Fills in `compared` and `gates`.
  Result<void> judge(const Judged& judged, const std::string& champion, ModelMetadata& model);
  Result<ModelStage> place(const std::string& champion, LastTraining& last);
  std::optional<ModelMetadata> about(const std::string& version);
  void end(Run& run, const Result<LastTraining>& trained);

  TrainingSetStore& sets_;
  CollectSamples& collect_;
  TrainingJobStore& jobs_;
  ModelRegistry& registry_;
  Champion& champion_;
  const Clock& clock_;
  const TrainingRules rules_;

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<Run> running_;
  std::thread thread_;
  bool stopped_ = false;
  TrainingCounts counts_;
};

}  // namespace qm::reco
