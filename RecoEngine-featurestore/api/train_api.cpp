#include "RecoEngine-featurestore/api/train_api.hpp"

#include "RecoEngine-featurestore/api/train_wire.hpp"

namespace qm::reco {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::None;

constexpr std::chrono::minutes kTrainingTimeout{10};
constexpr std::chrono::minutes kSimulationTimeout{2};
// What is left of the deadline when the waiting ends, to answer in.
constexpr std::chrono::seconds kTimeToAnswer{1};

using Started = Answer<wire::StartedTraining>;

Result<Started> to_answer(const TrainingOutcome& outcome) {
  Started answer;
  switch (outcome.job.state) {
    case TrainingState::succeeded: answer.body = wire::to_wire(outcome.job, *outcome.training); return answer;
    case TrainingState::failed: return rejected(outcome.job.error);
    case TrainingState::cancelled: return Error{ErrorKind::Conflict, outcome.job.error};
    default: break;
  }
  answer.status = 202;
  answer.body = wire::to_wire(outcome.job);
  return answer;
}

void add_data(http::Api& api, GenerateTrainingData& generate, JudgeTrainingData& judge) {
  api.post("/train/generate-data",
           {.name = "generate_training_data",
            .summary = "Adds simulated customers to the training data; a seed used before continues where it ended",
            .tag = "training",
            .access = Access::Service,
            .errors = {401, 409, 503},
            .timeout_ms = kSimulationTimeout},
           [&generate](Call<None, wire::GenerateQuery> call) -> Task<Result<wire::GeneratedData>> {
             const wire::GenerateQuery query = call.query;
             const auto data = co_await generate.run(query.samples, static_cast<std::uint64_t>(query.random_seed),
                                                     query.clear_existing);
             if (!data) co_return data.error();
             co_return wire::to_wire(*data, query);
           });
  api.get("/train/data-quality",
          {.name = "training_data_quality",
           .summary = "How good the training data is",
           .tag = "training",
           .access = Access::Service,
           .errors = {401, 503},
           .timeout_ms = kSimulationTimeout},
          [&judge](Call<>) -> Task<Result<DataQuality>> { return judge.run(); });
}

void add_start(http::Api& api, TrainModel& train) {
  api.post("/train/start",
           {.name = "start_training",
            .summary = "Trains a model on simulated customers or on those of the log of events; the first is champion "
                       "at once, a later one scores in shadow if it passes the gates; one training at a time",
            .tag = "training",
            .access = Access::Service,
            .errors = {400, 401, 409, 503},
            .timeout_ms = kTrainingTimeout},
           [&train](Call<None, wire::StartQuery> call) -> Task<Result<Started>> {
             TrainOptions options;
             options.test_size = call.query.test_size;
             options.seed = static_cast<std::uint64_t>(call.query.random_state);
             TrainingOutcome outcome;
             if (call.query.wait) {
               auto ended = co_await train.run(options, call.deadline() - kTimeToAnswer, call.query.source);
               if (!ended) co_return ended.error();
               outcome = std::move(*ended);
             } else {
               auto begun = co_await train.start(options, call.query.source);
               if (!begun) co_return begun.error();
               outcome.job = std::move(*begun);
               outcome.job.state = TrainingState::queued;  // however fast it is: the answer is that it was taken
             }
             co_return to_answer(outcome);
           });
  api.del("/train/jobs/{job_id}",
          {.name = "cancel_training",
           .summary = "Asks a running training to end",
           .tag = "training",
           .access = Access::Service,
           .errors = {401, 404, 409, 503}},
          [&train](Call<wire::ByJob> call) -> Task<Result<Answer<wire::TrainingStatus>>> {
            std::string job_id = call.path.job_id;
            const auto asked = co_await train.cancel(std::move(job_id));
            if (!asked) co_return asked.error();
            const auto job = co_await train.status();
            if (!job) co_return job.error();
            Answer<wire::TrainingStatus> answer;
            answer.status = 202;
            answer.body = wire::to_status(*job);
            co_return answer;
          });
}

// The whole page, then the end.
Task<Result<std::string>> page_part(std::shared_ptr<std::string> rest) {
  std::string part = std::exchange(*rest, {});
  co_return part;
}

void add_reports(http::Api& api, TrainModel& train) {
  api.get("/train/status",
          {.name = "training_status",
           .summary = "The training that runs, or ran last, and its progress",
           .tag = "training",
           .access = Access::Service,
           .errors = {401, 503}},
          [&train](Call<>) -> Task<Result<wire::TrainingStatus>> {
            const auto job = co_await train.status();
            wire::TrainingStatus status;
            if (job) {
              status = wire::to_status(*job);
            } else if (job.error().kind != ErrorKind::NotFound) {
              co_return job.error();
            }
            co_return status;
          });
  api.get("/train/metrics",
          {.name = "training_metrics",
           .summary = "What the last training gave, beside the champion before it",
           .tag = "training",
           .access = Access::Service,
           .errors = {401, 404, 503}},
          [&train](Call<>) -> Task<Result<wire::LastMetrics>> {
            const auto last = co_await train.last();
            if (!last) co_return last.error();
            co_return wire::to_wire(*last);
          });
  api.get("/train/report",
          {.name = "training_report",
           .summary = "The same for people: a page with plots of the model that the last training made",
           .tag = "training",
           .access = Access::Service,
           .errors = {401, 404, 503},
           .answer_type = "text/html"},
          [&train](Call<>) -> Task<Result<http::Streamed>> {
            auto page = co_await train.report();
            if (!page) co_return page.error();
            http::Streamed answer;
            answer.parts = [rest = std::make_shared<std::string>(std::move(*page))] { return page_part(rest); };
            answer.content_type = "text/html; charset=utf-8";
            co_return answer;
          });
}

}  // namespace

void add_train_routes(http::Api& api, GenerateTrainingData& generate, JudgeTrainingData& judge, TrainModel& train) {
  add_data(api, generate, judge);
  add_start(api, train);
  add_reports(api, train);
}

}  // namespace qm::reco
