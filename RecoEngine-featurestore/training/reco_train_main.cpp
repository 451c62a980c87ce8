// reco-train: has a running RecoEngine train a model, and shows what came of it; `reco-train evaluate` judges the way
// of training on real customers.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <thread>

#include "RecoEngine-featurestore/api/train_wire.hpp"
#include "RecoEngine-featurestore/training/evaluate_main.hpp"
#include "platform/config/config.hpp"
#include "platform/http/client.hpp"
#include "platform/json/parse.hpp"
#include "platform/service/service_config.hpp"

namespace qm::reco {
namespace {

constexpr std::chrono::milliseconds kPollEvery{200};
constexpr std::chrono::seconds kCallTimeout{150};
constexpr std::chrono::minutes kGiveUpAfter{30};
constexpr int kBarWidth = 40;

struct Settings {
  std::string url = "http://127.0.0.1:8000";
  std::string source = "synthetic";
  std::int64_t samples = 5'000;
  std::int64_t seed = 42;
  std::string test_size = "0.2";
  std::string service_token;
  bool keep_data = false;
};

int read_settings(int argc, const char* const* argv, Settings& settings) {
  config::Options options{"reco-train",
                          "Has RecoEngine train a model on simulated customers or on its own; shows what came of it.\n"
                          "reco-train evaluate --help: judge the way of training on a dataset of real customers."};
  options.text("url", "RECO_ENGINE_URL", settings.url, "Where RecoEngine answers.");
  options.choice("source", "TRAINING_SOURCE", settings.source, {"synthetic", "events"},
                 "Customers to learn from: simulated ones, or those of RecoEngine's log of events.");
  options.integer("samples", "TRAINING_SAMPLES", settings.samples, 100, 100'000, "samples", "Customers to simulate.");
  options.integer("seed", "TRAINING_SEED", settings.seed, 0, 4'294'967'295, "",
                  "The same seed gives the same customers and the same model.");
  options.choice("test-size", "TRAINING_TEST_SIZE", settings.test_size,
                 {"0.1", "0.15", "0.2", "0.25", "0.3", "0.4", "0.5"},
                 "Share of the customers held back to judge the model by.");
  options.text("service-token", "SERVICE_TOKEN", settings.service_token,
               "Secret of the services; needed in production.");
  options.flag("keep-data", "", settings.keep_data, "Add to the training data that is there instead of replacing it.");
  return options.parse(argc, argv);
}

// A sentence for the user.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Problem {
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (detail))

// Of GET /train/status: what is needed here.
struct Status {
  std::optional<std::string> job_id;
  std::optional<TrainingState> state;
  double progress = 0;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(Status, (), (job_id, state, progress, error))

// Calls RecoEngine and waits for its answers.
class Engine {
 public:
  explicit Engine(const Settings& settings) : settings_(settings), client_(settings.url, patient()) {}

  template <class Out>
  Out get(std::string target) { return call<Out>(http::Method::Get, std::move(target)); }
  template <class Out>
  Out post(std::string target) { return call<Out>(http::Method::Post, std::move(target)); }

 private:
  static http::ClientOptions patient() {
    http::ClientOptions options;
    options.timeout_ms = kCallTimeout;
    return options;
  }

  Result<http::ClientResponse> send(http::ClientRequest request) {
    std::exception_ptr failure;
    Result<http::ClientResponse> answer = Error{};
    boost::asio::co_spawn(context_.get_executor(), client_.send(std::move(request), deadline_in(kCallTimeout)),
                          [&](std::exception_ptr thrown, Result<http::ClientResponse> result) {
                            failure = thrown;
                            answer = std::move(result);
                            context_.stop();
                          });
    context_.restart();
    context_.run();
    if (failure) std::rethrow_exception(failure);
    return answer;
  }

  template <class Out>
  Out call(http::Method method, std::string target) {
    http::ClientRequest request;
    request.method = method;
    request.target = std::move(target);
    if (!settings_.service_token.empty())
      request.headers.emplace_back("Authorization", "Bearer " + settings_.service_token);
    const std::string what = request.target.substr(0, request.target.find('?'));
    auto answer = send(std::move(request));
    if (!answer) throw Failed("RecoEngine does not answer at " + settings_.url + ": " + answer.error().detail);
    if (answer->status == 401) throw Failed("RecoEngine wants its service token: set SERVICE_TOKEN (--service-token).");
    if (answer->status != 200 && answer->status != 202) {
      const auto problem = json::parse<Problem>(answer->body);
      throw Failed(what + " answered " + std::to_string(answer->status) + (problem ? ": " + problem->detail : "."));
    }
    auto out = json::parse<Out>(answer->body);
    if (!out)
      throw Failed("what answers at " + settings_.url + " is not RecoEngine: its answer to " + what +
                   " cannot be read.");
    return std::move(*out);
  }

  const Settings& settings_;
  boost::asio::io_context context_{1};  // outlives the client's idle connections
  http::Client client_;
};

// A bar that grows in a terminal; a line for every quarter elsewhere.
class ProgressLine {
 public:
  void show(double progress) {
    if (terminal_) {
      const int full = static_cast<int>(progress * kBarWidth);
      std::printf("\r[%s%s] %3d %%", std::string(static_cast<std::size_t>(full), '#').c_str(),
                  std::string(static_cast<std::size_t>(kBarWidth - full), '.').c_str(),
                  static_cast<int>(progress * 100));
      drawn_ = true;
    } else if (const int quarter = static_cast<int>(progress * 4); quarter > shown_) {
      std::printf("training: %d %%\n", quarter * 25);
      shown_ = quarter;
    }
    std::fflush(stdout);
  }
  void end() {
    if (drawn_) std::puts("");
    drawn_ = false;
  }

 private:
  const bool terminal_ = ::isatty(STDOUT_FILENO) != 0;
  bool drawn_ = false;
  int shown_ = 0;
};

void watch(Engine& engine, const std::string& job_id) {
  ProgressLine line;
  const auto give_up = deadline_in(kGiveUpAfter);
  while (std::chrono::steady_clock::now() < give_up) {
    const auto status = engine.get<Status>("/train/status");
    if (status.job_id != job_id) {
      line.end();
      throw Failed("another training has taken the place of " + job_id + ".");
    }
    line.show(status.progress);
    if (status.state && is_over(*status.state)) {
      line.end();
      if (*status.state == TrainingState::succeeded) return;
      throw Failed(status.error.value_or("the training ended without a model."));
    }
    std::this_thread::sleep_for(kPollEvery);
  }
  line.end();
  throw Failed("the training takes longer than this program waits; see GET /train/status.");
}

void print_row(const char* name, double now, const double* before) {
  if (before == nullptr) {
    std::printf("  %-12s %10.4f\n", name, now);
  } else {
    std::printf("  %-12s %10.4f %10.4f %+10.4f\n", name, now, *before, now - *before);
  }
}

void print_table(const wire::LastMetrics& last) {
  const TrainingMetrics& now = last.training_metrics;
  const TrainingMetrics* before = last.former ? &last.former->training_metrics : nullptr;
  std::printf("\nchampion: %s (%lld customers to learn from, %lld held back, %d rounds)\n", last.model_version.c_str(),
              static_cast<long long>(now.training_samples), static_cast<long long>(now.test_samples), now.rounds);
  if (before != nullptr) {
    std::printf("before:   %s\n\n  %-12s %10s %10s %10s\n", last.former->model_version.c_str(), "", "new", "before",
                "change");
  } else {
    std::printf("before:   none\n\n");
  }
  struct Row {
    const char* name;
    double TrainingMetrics::*member;
  };
  const Row rows[] = {{"ROC AUC", &TrainingMetrics::roc_auc},     {"PR AUC", &TrainingMetrics::pr_auc},
                      {"accuracy", &TrainingMetrics::accuracy},   {"precision", &TrainingMetrics::precision},
                      {"recall", &TrainingMetrics::recall},       {"F1", &TrainingMetrics::f1_score},
                      {"log loss", &TrainingMetrics::log_loss},   {"Brier", &TrainingMetrics::brier}};
  for (const auto& row : rows)
    print_row(row.name, now.*row.member, before == nullptr ? nullptr : &(before->*row.member));
}

void simulate(Engine& engine, const Settings& settings) {
  const std::string clear = settings.keep_data ? "false" : "true";
  const auto data =
      engine.post<wire::GeneratedData>("/train/generate-data?samples=" + std::to_string(settings.samples) +
                                       "&random_seed=" + std::to_string(settings.seed) + "&clear_existing=" + clear);
  std::printf("simulated %lld customers (%lld in all)\n", static_cast<long long>(data.samples_generated),
              static_cast<long long>(data.total_training_samples));
}

int run(const Settings& settings) {
  Engine engine{settings};
  if (settings.source == "synthetic") simulate(engine, settings);
  const auto started = engine.post<wire::StartedTraining>("/train/start?wait=false&test_size=" + settings.test_size +
                                                          "&random_state=" + std::to_string(settings.seed) +
                                                          "&source=" + settings.source);
  watch(engine, started.job_id);
  print_table(engine.get<wire::LastMetrics>("/train/metrics"));
  return 0;
}

}  // namespace
}  // namespace qm::reco

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view{argv[1]} == "evaluate") return qm::reco::evaluate_main(argc - 1, argv + 1);
  qm::reco::Settings settings;
  if (const int code = qm::reco::read_settings(argc, argv, settings); code >= 0) return code;
  try {
    return qm::reco::run(settings);
  } catch (const std::exception& failed) {
    std::cerr << "reco-train: " << failed.what() << '\n';
    return 1;
  }
}
