#include "RecoEngine-featurestore/store/training_job_store.hpp"

namespace qm::reco {

namespace {

constexpr int kMaxJobAttempts = 4;
constexpr const char* kId = "job_id";
constexpr const char* kLeaseUntil = "lease_until";
constexpr const char* kCancel = "cancel";

kv::Key job_key() { return {"training", "job"}; }
kv::Key report_key() { return {"training", "report"}; }

kv::Value kv_time(Timestamp at) { return kv::Value{std::int64_t{at.time_since_epoch().count()}}; }

std::string text_of(const kv::Record& record, std::string_view bin) {
  const auto* text = record.get<std::string>(bin);
  return text == nullptr ? std::string{} : *text;
}
std::int64_t integer_of(const kv::Record& record, std::string_view bin) {
  const auto* number = record.get<std::int64_t>(bin);
  return number == nullptr ? 0 : *number;
}
// An engine may hand back a whole number as an integer.
double number_of(const kv::Record& record, std::string_view bin) {
  const auto* number = record.get<double>(bin);
  return number == nullptr ? static_cast<double>(integer_of(record, bin)) : *number;
}
Timestamp time_of(const kv::Record& record, std::string_view bin) {
  return Timestamp{std::chrono::milliseconds{integer_of(record, bin)}};
}

TrainingState state_of(std::string_view name) {
  for (const auto state :
       {TrainingState::queued, TrainingState::running, TrainingState::succeeded, TrainingState::cancelled}) {
    if (name == to_string(state)) return state;
  }
  return TrainingState::failed;
}

std::optional<TrainingSource> source_of(std::string_view name) {
  for (const auto source : {TrainingSource::synthetic, TrainingSource::events})
    if (name == to_string(source)) return source;
  return std::nullopt;
}

kv::Bins to_bins(const TrainingJob& job) {
  kv::Bins bins;
  bins[kId] = job.id;
  bins["state"] = std::string{to_string(job.state)};
  bins["progress"] = job.progress;
  bins["source"] = std::string{job.source ? to_string(*job.source) : ""};
  bins["test_size"] = job.test_size;
  bins["seed"] = static_cast<std::int64_t>(job.seed);
  bins["started_at"] = kv_time(job.started_at);
  if (job.finished_at) bins["finished_at"] = kv_time(*job.finished_at);
  bins["version"] = job.model_version;
  bins["error"] = job.error;
  return bins;
}

TrainingJob job_from(const kv::Record& record, Timestamp now) {
  TrainingJob job;
  job.id = text_of(record, kId);
  job.state = state_of(text_of(record, "state"));
  job.progress = number_of(record, "progress");
  job.source = source_of(text_of(record, "source"));
  job.test_size = number_of(record, "test_size");
  job.seed = static_cast<std::uint64_t>(integer_of(record, "seed"));
  job.started_at = time_of(record, "started_at");
  if (record.get<std::int64_t>("finished_at") != nullptr) job.finished_at = time_of(record, "finished_at");
  job.model_version = text_of(record, "version");
  job.error = text_of(record, "error");
  if (!is_over(job.state) && time_of(record, kLeaseUntil) <= now) {
    job.state = TrainingState::failed;
    job.finished_at = time_of(record, kLeaseUntil);
    job.error = "The instance that ran the training ended before it did.";
  }
  return job;
}

Error still_running(const std::string& job_id) {
  return {ErrorKind::Conflict, "The training " + job_id + " is running."};
}
Error lost() { return {ErrorKind::Conflict, "Another training has taken the place of this one."}; }

kv::OperateOptions only_for(const std::string& job_id) {
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.only_if.push_back({kId, kv::Compare::Equal, kv::Value{job_id}});
  return options;
}

std::vector<kv::Op> to_steps(const TrainingJob& job) {
  std::vector<kv::Op> steps;
  for (auto& [name, value] : to_bins(job)) steps.push_back(kv::Op::set(name, value));
  return steps;
}

bool is_lost(const Error& error) {
  return error.kind == ErrorKind::ConditionFailed || error.kind == ErrorKind::NotFound;
}

}  // namespace

Task<Result<void>> TrainingJobStore::begin(TrainingJob job, Timestamp now) {
  for (int attempt = 0; attempt < kMaxJobAttempts; ++attempt) {
    auto record = co_await store_.get(job_key());
    const bool exists = record.has_value();
    if (!exists && record.error().kind != ErrorKind::NotFound) co_return record.error();
    if (exists) {
      const TrainingJob standing = job_from(*record, now);
      if (!is_over(standing.state)) co_return still_running(standing.id);
    }
    kv::Bins bins = to_bins(job);
    bins[kLeaseUntil] = kv_time(now + kTrainingLease);
    kv::WriteOptions options;
    options.mode = exists ? kv::WriteMode::Replace : kv::WriteMode::CreateOnly;
    if (exists) options.expect_generation = record->generation;
    auto written = co_await store_.put(job_key(), std::move(bins), options);
    if (written) co_return Result<void>{};
    const ErrorKind kind = written.error().kind;
    if (kind != ErrorKind::GenerationMismatch && kind != ErrorKind::AlreadyExists) co_return written.error();
  }
  co_return unavailable("Too many start a training at once.");
}

Task<Result<bool>> TrainingJobStore::renew(TrainingJob job, Timestamp now) {
  auto steps = to_steps(job);
  steps.push_back(kv::Op::set(kLeaseUntil, kv_time(now + kTrainingLease)));
  steps.push_back(kv::Op::read(kCancel));
  auto options = only_for(job.id);
  options.durable = false;  // a lost renewal is made good by the next
  auto written = co_await store_.operate(job_key(), std::move(steps), std::move(options));
  if (!written) {
    if (is_lost(written.error())) co_return lost();
    co_return written.error();
  }
  const auto* cancel = written->results.back().as<bool>();
  co_return cancel != nullptr && *cancel;
}

Task<Result<void>> TrainingJobStore::finish(TrainingJob job) {
  auto steps = to_steps(job);
  auto options = only_for(job.id);
  auto written = co_await store_.operate(job_key(), std::move(steps), std::move(options));
  if (!written) {
    if (is_lost(written.error())) co_return lost();
    co_return written.error();
  }
  co_return Result<void>{};
}

Task<Result<void>> TrainingJobStore::ask_to_cancel(std::string job_id, Timestamp now) {
  auto job = co_await latest(now);
  if (!job) co_return job.error();
  if (job->id != job_id) co_return not_found("There is no training " + job_id + ".");
  if (is_over(job->state)) co_return Error{ErrorKind::Conflict, "The training " + job_id + " is over."};
  std::vector<kv::Op> steps;
  steps.push_back(kv::Op::set(kCancel, kv::Value{true}));
  auto options = only_for(job_id);
  auto written = co_await store_.operate(job_key(), std::move(steps), std::move(options));
  if (!written) {
    if (is_lost(written.error())) co_return not_found("There is no training " + job_id + ".");
    co_return written.error();
  }
  co_return Result<void>{};
}

Task<Result<TrainingJob>> TrainingJobStore::latest(Timestamp now) {
  auto record = co_await store_.get(job_key());
  if (!record) {
    if (record.error().kind == ErrorKind::NotFound) co_return not_found("Nothing has been trained yet.");
    co_return record.error();
  }
  co_return job_from(*record, now);
}

Task<Result<void>> TrainingJobStore::put_report(TrainingReport report) {
  kv::Bins bins;
  bins[kId] = std::move(report.job_id);
  bins["metadata"] = std::move(report.metadata);
  bins["former"] = std::move(report.former_metadata);
  auto written = co_await store_.put(report_key(), std::move(bins));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<TrainingReport>> TrainingJobStore::report() {
  auto record = co_await store_.get(report_key());
  if (!record) {
    if (record.error().kind == ErrorKind::NotFound) co_return not_found("Nothing has been trained yet.");
    co_return record.error();
  }
  TrainingReport report{text_of(*record, kId), text_of(*record, "metadata"), text_of(*record, "former")};
  co_return report;
}

}  // namespace qm::reco
