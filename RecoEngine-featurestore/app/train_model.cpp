#include "RecoEngine-featurestore/app/train_model.hpp"

#include <malloc.h>

#include <algorithm>
#include <numeric>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "RecoEngine-featurestore/app/compare_models.hpp"
#include "RecoEngine-featurestore/app/promote_model.hpp"
#include "RecoEngine-featurestore/training/model_report.hpp"
#include "RecoEngine-featurestore/training/training_samples.hpp"
#include "platform/core/await.hpp"
#include "platform/core/id.hpp"
#include "platform/log/log.hpp"

namespace qm::reco {

namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
constexpr boost::asio::use_awaitable_t<Executor> kAwait{};

// How the progress is shared out: simulating or reading the log, boosting and judging, saving.
constexpr double kCollected = 0.25;
constexpr double kTrained = 0.95;

// Simulated customers of whom no recipe tells, for the comparison with the champion: it may have learned from any of
// those that were generated, and seeds of recipes are numbers of 32 bits.
constexpr std::size_t kSimulatedJudges = 2'000;
constexpr std::uint64_t kSeedsOfJudges = std::uint64_t{1} << 32;

Error already_training(const std::string& job_id) {
  return {ErrorKind::Conflict, "The training " + job_id + " is running."};
}

// Of fewer nothing is concluded beside a champion.
bool are_enough_to_compare(const CollectedSamples& set) {
  const auto left = std::ranges::count_if(set.split.test, [&](std::size_t i) { return set.rows.left(i); });
  return std::min<std::int64_t>(left, std::ssize(set.split.test) - left) >= kMinJudged;
}

void describe(const TrainedModel& trained, const TrainingJob& job, Timestamp now, ModelMetadata& metadata) {
  metadata.version = make_version(now, trained.bytes, job.id);
  metadata.created_at = now;
  metadata.job_id = job.id;
  metadata.feature_hash = to_hex(trained.feature_hash);
  metadata.data_hash = to_hex(trained.data_hash);
  metadata.seed = static_cast<std::int64_t>(trained.seed);
  metadata.library_version = trained.library_version;
  metadata.metrics = trained.metrics;
  metadata.importance = trained.importance;
  metadata.predict_us = trained.predict_us;
  metadata.source = job.source;
  metadata.horizon_days = LabelRule{}.horizon.count();
  metadata.drift = trained.drift;
  metadata.calibration = trained.calibration;
  metadata.start = trained.start;
  metadata.held_out = trained.held_out;
}

}  // namespace

struct TrainModel::Run {
  TrainingJob job;  // as it began; guarded by `mutex` once the thread runs
  std::atomic<bool> cancelled{false};
  std::atomic<bool> leased{false};  // the store knows of it
  std::atomic<double> progress{0};

  std::mutex mutex;  // guards what follows
  std::optional<LastTraining> training;
  std::vector<std::shared_ptr<Timer>> waiters;

  void choose(TrainingSource source) {
    std::lock_guard lock{mutex};
    job.source = source;
  }
  TrainingJob now() {
    std::lock_guard lock{mutex};
    TrainingJob copy = job;
    if (!is_over(copy.state)) copy.progress = progress;
    return copy;
  }
  // Each timer is touched on its own thread only.
  void wake_waiters() {
    std::lock_guard lock{mutex};
    for (auto& waiter : waiters) boost::asio::post(waiter->get_executor(), [waiter] { waiter->cancel(); });
    waiters.clear();
  }
  // → whether there is something to wait for.
  bool add_waiter(std::shared_ptr<Timer> waiter) {
    std::lock_guard lock{mutex};
    if (is_over(job.state)) return false;
    waiters.push_back(std::move(waiter));
    return true;
  }
};

TrainModel::TrainModel(TrainingSetStore& sets, CollectSamples& collect, TrainingJobStore& jobs,
                       ModelRegistry& registry, Champion& champion, const Clock& clock, TrainingRules rules)
    : sets_(sets), collect_(collect), jobs_(jobs), registry_(registry), champion_(champion), clock_(clock),
      rules_(std::move(rules)) {}

TrainModel::~TrainModel() { stop(); }

std::shared_ptr<TrainModel::Run> TrainModel::running() const {
  std::lock_guard lock{mutex_};
  return running_;
}

Result<std::shared_ptr<TrainModel::Run>> TrainModel::take_turn(TrainOptions options,
                                                               std::optional<TrainingSource> source) {
  std::lock_guard lock{mutex_};
  if (stopped_) return unavailable("The service is stopping.");
  if (running_) return already_training(running_->job.id);
  auto run = std::make_shared<Run>();
  run->job.started_at = clock_.now();
  run->job.id = make_id("train", run->job.started_at);
  run->job.source = source;
  run->job.test_size = options.test_size;
  run->job.seed = options.seed;
  running_ = run;
  return run;
}

Task<Result<std::optional<TrainingSource>>> TrainModel::choose(std::optional<TrainingSource> source) {
  auto set = co_await sets_.read();
  if (!set) co_return set.error();
  const bool simulated =
      source != TrainingSource::events && set->total() >= static_cast<std::int64_t>(kMinTrainingSamples);
  bool known = false;
  if (source != TrainingSource::synthetic) {
    auto knows = co_await collect_.knows_anybody();
    if (!knows) co_return knows.error();
    known = *knows;
  }
  std::optional<TrainingSource> chosen;
  if (simulated != known) chosen = known ? TrainingSource::events : TrainingSource::synthetic;
  if (simulated || known) co_return chosen;
  if (source == TrainingSource::events)
    co_return rejected("No events are known: send them with POST /events (?import=true for history), or train with "
                       "source=synthetic.");
  co_return rejected("There are " + std::to_string(set->total()) + " training samples; at least " +
                     std::to_string(kMinTrainingSamples) + " are needed: POST /train/generate-data first.");
}

Task<Result<std::shared_ptr<TrainModel::Run>>> TrainModel::begin(TrainOptions options,
                                                                 std::optional<TrainingSource> source) {
  auto chosen = co_await choose(source);
  if (!chosen) co_return chosen.error();
  auto turn = take_turn(options, *chosen);
  if (!turn) co_return turn.error();
  std::shared_ptr<Run> run = *turn;
  TrainingJob job = run->job;
  auto begun = co_await jobs_.begin(std::move(job), clock_.now());
  std::lock_guard lock{mutex_};
  if (!begun || stopped_) {
    running_.reset();
    if (!begun) co_return begun.error();
    co_return unavailable("The service is stopping.");
  }
  run->leased = true;
  if (thread_.joinable()) thread_.join();  // its work is done: it gave up its turn as its last act
  thread_ = std::thread{[this, run] { work(*run); }};
  co_return run;
}

Task<Result<TrainingJob>> TrainModel::start(TrainOptions options, std::optional<TrainingSource> source) {
  auto run = co_await begin(options, source);
  if (!run) co_return run.error();
  co_return (*run)->now();
}

Task<Result<TrainingOutcome>> TrainModel::run(TrainOptions options, Deadline deadline,
                                                std::optional<TrainingSource> source) {
  auto begun = co_await begin(options, source);
  if (!begun) co_return begun.error();
  std::shared_ptr<Run> run = *begun;
  auto executor = co_await boost::asio::this_coro::executor;
  auto timer = std::make_shared<Timer>(executor, deadline);
  if (run->add_waiter(timer)) {
    boost::system::error_code ignored;
    co_await timer->async_wait(boost::asio::redirect_error(kAwait, ignored));
  }
  TrainingOutcome outcome;
  outcome.job = run->now();
  std::lock_guard lock{run->mutex};
  outcome.training = run->training;
  co_return outcome;
}

Task<Result<TrainingJob>> TrainModel::status() {
  if (const auto run = running()) co_return run->now();
  co_return co_await jobs_.latest(clock_.now());
}

Task<Result<LastTraining>> TrainModel::last() {
  auto report = co_await jobs_.report();
  if (!report) co_return report.error();
  auto model = parse_metadata(report->metadata);
  if (!model) co_return model.error();
  LastTraining last;
  last.job_id = report->job_id;
  last.model = std::move(*model);
  last.promoted = all_passed(last.model.gates);
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  last.stage = roles->stage_of(last.model.version);
  if (!report->former_metadata.empty()) {
    auto former = parse_metadata(report->former_metadata);
    if (former) last.former = std::move(*former);
  }
  co_return last;
}

Task<Result<std::string>> TrainModel::report() {
  auto last = co_await this->last();
  if (!last) co_return last.error();
  co_return print_html(last->model);
}

Task<Result<void>> TrainModel::cancel(std::string job_id) {
  auto asked = co_await jobs_.ask_to_cancel(job_id, clock_.now());
  if (!asked) co_return asked.error();
  // Another instance hears of it with its next keep_lease().
  const auto run = running();
  if (run && run->job.id == job_id) run->cancelled = true;
  co_return Result<void>{};
}

Task<Result<void>> TrainModel::keep_lease() {
  const auto run = running();
  if (!run || !run->leased) co_return Result<void>{};
  TrainingJob job = run->now();
  if (is_over(job.state)) co_return Result<void>{};
  auto cancel = co_await jobs_.renew(std::move(job), clock_.now());
  if (!cancel) {
    if (cancel.error().kind == ErrorKind::Conflict) run->cancelled = true;
    co_return cancel.error();
  }
  if (*cancel) run->cancelled = true;
  co_return Result<void>{};
}

void TrainModel::stop() {
  std::thread thread;
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
    if (running_) running_->cancelled = true;
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

TrainingCounts TrainModel::counts() const {
  std::lock_guard lock{mutex_};
  TrainingCounts counts = counts_;
  counts.running = running_ != nullptr;
  if (running_) counts.progress = running_->progress;
  return counts;
}

// --- on the training thread ------------------------------------------------------------------------------------------

void TrainModel::work(Run& run) {
  {
    std::lock_guard lock{run.mutex};
    run.job.state = TrainingState::running;
  }
  log::info("training begins",
            {{"job_id", run.job.id}, {"source", run.job.source ? to_string(*run.job.source) : "to be chosen"}});
  Result<LastTraining> trained = Error{};
  try {
    trained = train_and_promote(run);
  } catch (const std::exception& broken) {
    log::error("training broke", {{"job_id", run.job.id}, {"error", broken.what()}});
    trained = Error{ErrorKind::Internal, "The training broke; the log says why."};
  }
  ::malloc_trim(0);  // many megabytes of samples, which the service does not need again
  end(run, trained);
}

Result<CollectedSamples> TrainModel::simulate(Run& run) {
  auto set = await(sets_.read());
  if (!set) return set.error();
  const auto simulating = [&run](double done) { run.progress = std::max<double>(run.progress, kCollected * done); };
  return training_samples(*set, run.job.test_size, simulating, run.cancelled);
}

Result<CollectedSamples> TrainModel::gather(Run& run) {
  const auto named = run.job.source;
  if (named == TrainingSource::synthetic) return simulate(run);
  const auto reading = [&run](double done) { run.progress = kCollected * done; };
  auto collected = await(collect_.run(reading, &run.cancelled));
  if (named) return collected;
  const bool too_few =
      collected ? !are_enough_to_compare(*collected) : collected.error().kind == ErrorKind::Rejected && !run.cancelled;
  run.choose(too_few ? TrainingSource::synthetic : TrainingSource::events);
  log::info("training has its source", {{"job_id", run.job.id}, {"source", to_string(*run.job.source)}});
  return too_few ? simulate(run) : std::move(collected);
}

Result<TrainModel::Judged> TrainModel::make_model(Run& run, ModelMetadata& about) {
  auto set = gather(run);
  if (!set) return set.error();
  about.data_quality = quality_of(set->rows);
  about.cutoffs = set->cutoffs;
  const bool from_log = run.job.source == TrainingSource::events;
  about.test_size = from_log ? static_cast<double>(set->split.test.size()) / static_cast<double>(set->rows.size())
                             : run.job.test_size;
  const auto training = [&run](double done) { run.progress = kCollected + (kTrained - kCollected) * done; };
  auto trained = train_on_split(set->rows, set->split, run.job.seed, training, run.cancelled);
  if (!trained) return trained.error();
  Judged judged;
  judged.trained = std::move(*trained);
  if (from_log) {
    judged.customers = std::move(set->rows);
    judged.by = std::move(set->split.test);
  }
  return judged;
}

std::optional<ModelMetadata> TrainModel::about(const std::string& version) {
  if (version.empty()) return std::nullopt;
  const auto text = await(registry_.metadata(version));
  if (!text) return std::nullopt;
  auto metadata = parse_metadata(*text);
  if (!metadata) return std::nullopt;
  return std::move(*metadata);
}

Result<void> TrainModel::judge(const Judged& judged, const std::string& champion, ModelMetadata& model) {
  std::optional<Comparison> against;
  const auto stored = champion.empty() ? Result<StoredModel>{not_found("")} : await(registry_.load(champion));
  // One that this build cannot serve answers nobody here, and is nobody to be worse than.
  if (const auto rival = stored ? to_served(*stored) : stored.error(); rival) {
    const auto ours = to_served({model.version, judged.trained.bytes, print_metadata(model)});
    if (!ours) return ours.error();
    LabelledRows simulated;
    // Seeded by the data: other data have other judges, so that nobody gets through by trying often.
    const std::uint64_t seed = judged.trained.data_hash | kSeedsOfJudges;
    const bool simulates = judged.by.empty();
    if (simulates) simulated = rows_of(simulate_customers(kSimulatedJudges, seed, clock_.now()));
    std::vector<std::size_t> all(simulated.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto figures = compare_models(*(*ours)->model, *(*rival)->model, simulates ? simulated : judged.customers,
                                        simulates ? all : judged.by);
    model.compared = ComparedModels{champion, figures};
    if (const auto metadata = parse_metadata(stored->metadata)) against = comparison_of(model, *metadata);
  }
  model.gates = judge_trial(trial_of(model), against);
  model.gates.push_back(against ? judge_distribution({}, rules_.shadow_scores) : no_distribution());
  return {};
}

Result<ModelStage> TrainModel::place(const std::string& champion, LastTraining& last) {
  std::vector<GateResult>& gates = last.model.gates;
  const std::string& version = last.model.version;
  if (all_passed(gates)) {
    const auto placed = await(champion_.promote(version, champion));
    if (placed) return ModelStage::champion;
    if (placed.error().kind != ErrorKind::Conflict) return placed.error();
    gates.push_back({"champion", false, 0, 0, "another model became champion meanwhile: " + placed.error().detail});
    return ModelStage::candidate;
  }
  if (!all_passed({gates.begin(), gates.end() - 1})) return ModelStage::candidate;
  if (const auto placed = await(champion_.put_in_shadow(version)); !placed) return placed.error();
  return ModelStage::shadow;
}

Result<LastTraining> TrainModel::train_and_promote(Run& run) {
  LastTraining last;
  auto made = make_model(run, last.model);
  if (!made) return made.error();
  last.job_id = run.job.id;
  const auto roles = await(registry_.roles());
  if (!roles) return roles.error();
  last.former = about(roles->champion);
  describe(made->trained, run.job, clock_.now(), last.model);
  last.model.revision = rules_.revision;
  if (const auto judged = judge(*made, roles->champion, last.model); !judged) return judged.error();

  // Whoever lost the lease, or was told to end, leaves no model behind.
  auto cancel = await(jobs_.renew(run.now(), clock_.now()));
  if (!cancel) return cancel.error();
  if (*cancel || run.cancelled) return rejected("The training was cancelled.");
  StoredModel model{last.model.version, std::move(made->trained.bytes), print_metadata(last.model)};
  if (auto saved = await(registry_.save(std::move(model))); !saved) return saved.error();
  const auto placed = place(roles->champion, last);
  if (!placed) return placed.error();
  last.stage = *placed;
  last.promoted = last.stage == ModelStage::champion;
  TrainingReport report{run.job.id, print_metadata(last.model), last.former ? print_metadata(*last.former) : ""};
  if (auto kept = await(jobs_.put_report(std::move(report))); !kept) return kept.error();
  const auto removed = await(registry_.remove_old());
  if (!removed) log::warn("old models stay for now", {{"error", removed.error().detail}});
  return last;
}

void TrainModel::end(Run& run, const Result<LastTraining>& trained) {
  TrainingJob job = run.now();
  job.finished_at = clock_.now();
  if (trained) {
    job.state = TrainingState::succeeded;
    job.progress = 1;
    job.model_version = trained->model.version;
    log::info("training succeeded",
              {{"job_id", job.id}, {"model_version", job.model_version}, {"roc_auc", trained->model.metrics.roc_auc}});
    for (const auto& gate : trained->model.gates)
      if (!gate.passed) log::warn("the model may not be champion", {{"job_id", job.id}, {"why", gate.text}});
  } else {
    job.state = run.cancelled ? TrainingState::cancelled : TrainingState::failed;
    job.error = run.cancelled ? "The training was cancelled." : trained.error().detail;
    log::warn("training ended without a model", {{"job_id", job.id}, {"error", job.error}});
  }
  try {
    const auto kept = await(jobs_.finish(job));
    if (!kept) log::warn("a training's end could not be stored", {{"job_id", job.id}, {"error", kept.error().detail}});
  } catch (const std::exception& broken) {
    log::error("a training's end could not be stored", {{"job_id", job.id}, {"error", broken.what()}});
  }
  {
    std::lock_guard lock{run.mutex};
    run.job = job;
    if (trained) run.training = *trained;
  }
  {
    std::lock_guard lock{mutex_};
    if (job.state == TrainingState::succeeded) ++counts_.succeeded;
    if (job.state == TrainingState::failed) ++counts_.failed;
    if (job.state == TrainingState::cancelled) ++counts_.cancelled;
    running_.reset();
  }
  run.wake_waiters();
}

}  // namespace qm::reco
