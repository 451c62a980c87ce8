// The training job that runs, or ran last, and the report of the last that succeeded: two records of the set
// "training". A running job holds a lease, so that of several instances on one store only one trains; an instance that
// dies lets it run out.
#pragma once
#include <chrono>
#include <string>

#include "RecoEngine-featurestore/domain/training_job.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

inline constexpr std::chrono::seconds kTrainingLease{10};

// Metadata as ModelRegistry keeps it.
struct TrainingReport {
  std::string job_id;
  std::string metadata;
  std::string former_metadata;  // of the champion before; empty: there was none
};

// Thread-safe.
class TrainingJobStore {
 public:
  explicit TrainingJobStore(kv::Store& store) : store_(store) {}

  // Conflict, naming the job, while another one's lease stands.
  Task<Result<void>> begin(TrainingJob job, Timestamp now);
  // Writes state and progress and extends the lease. → whether somebody asked for the job's end. Conflict when another
  // job has taken its place.
  Task<Result<bool>> renew(TrainingJob job, Timestamp now);
  // Conflict as renew().
  Task<Result<void>> finish(TrainingJob job);
  // NotFound when it is not the latest job; Conflict when that is over.
  Task<Result<void>> ask_to_cancel(std::string job_id, Timestamp now);

  // NotFound before the first. One whose lease ran out has failed.
  Task<Result<TrainingJob>> latest(Timestamp now);

  Task<Result<void>> put_report(TrainingReport report);
  // NotFound before the first.
  Task<Result<TrainingReport>> report();

 private:
  kv::Store& store_;
};

}  // namespace qm::reco
