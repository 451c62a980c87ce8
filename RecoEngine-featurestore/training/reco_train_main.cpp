// reco-train: has a running RecoEngine train a model, and shows what came of it; `reco-train evaluate` judges the way
// of training on real customers, `reco-train simulate` tells what simulated ones did.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "RecoEngine-featurestore/api/train_wire.hpp"
#include "RecoEngine-featurestore/clients/http_reco_engine.hpp"
#include "RecoEngine-featurestore/training/evaluate_main.hpp"
#include "RecoEngine-featurestore/training/import_main.hpp"
#include "RecoEngine-featurestore/training/simulate_main.hpp"
#include "platform/config/config.hpp"

namespace qm::reco {
namespace {

constexpr std::chrono::milliseconds kPollEvery{200};
constexpr std::chrono::minutes kGiveUpAfter{30};
constexpr int kBarWidth = 40;
constexpr int kRefused = 3;  // trained, and a gate refused the model: the program's exit code

struct Settings {
  std::string url = "http://127.0.0.1:8000";
  std::string source = "auto";
  std::int64_t samples = 5'000;
  std::int64_t seed = 42;
  std::string test_size = "0.2";
  std::string service_token;
  std::string report_dir = "var/reports";
  bool keep_data = false;
};

int read_settings(int argc, const char* const* argv, Settings& settings) {
  config::Options options{"reco-train",
                          "Has RecoEngine train a model, on its customers or on simulated ones; says what came of it.\n"
                          "reco-train evaluate --help: judge the way of training on a dataset of real customers.\n"
                          "reco-train simulate --help: events of simulated customers, into a file or a RecoEngine.\n"
                          "reco-train import --help: the same of the real customers of a dataset.\n"
                          "Ends with 3 when a model was trained and the gates refused it, with 1 when none was."};
  options.text("url", "RECO_ENGINE_URL", settings.url, "Where RecoEngine answers.");
  options.choice("source", "TRAINING_SOURCE", settings.source, {"auto", "synthetic", "events"},
                 "Customers to learn from: simulated ones, or those of RecoEngine's log of events; auto: the log's, if "
                 "so many of them can judge that models can be compared, else simulated ones.");
  options.integer("samples", "TRAINING_SAMPLES", settings.samples, 100, 100'000, "samples", "Customers to simulate.");
  options.integer("seed", "TRAINING_SEED", settings.seed, 0, 4'294'967'295, "",
                  "The same seed gives the same customers and the same model.");
  options.choice("test-size", "TRAINING_TEST_SIZE", settings.test_size,
                 {"0.1", "0.15", "0.2", "0.25", "0.3", "0.4", "0.5"},
                 "Share of the customers held back to judge the model by.");
  options.text("service-token", "SERVICE_TOKEN", settings.service_token,
               "Secret of the services; needed in production.");
  options.text("report-dir", "TRAINING_REPORT_DIR", settings.report_dir,
               "Where the model's report is written: model.html, with plots, and model.json.");
  options.flag("keep-data", "", settings.keep_data, "Add to the training data that is there instead of replacing it.");
  return options.parse(argc, argv);
}

// Of GET /train/status: what is needed here.
struct Status {
  std::optional<std::string> job_id;
  std::optional<TrainingState> state;
  double progress = 0;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(Status, (), (job_id, state, progress, error))

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

void watch(HttpRecoEngine& engine, const std::string& job_id) {
  ProgressLine line;
  const auto give_up = deadline_in(kGiveUpAfter);
  while (std::chrono::steady_clock::now() < give_up) {
    const auto status = engine.get<Status>("/train/status");
    if (status.job_id != job_id) {
      line.end();
      throw RecoEngineFailed("another training has taken the place of " + job_id + ".");
    }
    line.show(status.progress);
    if (status.state && is_over(*status.state)) {
      line.end();
      if (*status.state == TrainingState::succeeded) return;
      throw RecoEngineFailed(status.error.value_or("the training ended without a model."));
    }
    std::this_thread::sleep_for(kPollEvery);
  }
  line.end();
  throw RecoEngineFailed("the training takes longer than this program waits; see GET /train/status.");
}

void print_row(const char* name, double now, const double* before) {
  if (before == nullptr) {
    std::printf("  %-12s %10.4f\n", name, now);
  } else {
    std::printf("  %-12s %10.4f %10.4f %+10.4f\n", name, now, *before, now - *before);
  }
}

void print_source(const wire::LastMetrics& last) {
  const char* const customers =
      last.source == TrainingSource::events ? "the customers of RecoEngine's log of events" : "simulated customers";
  std::printf("\nlearned from: %s\n", customers);
}

void print_roles(const wire::LastMetrics& last) {
  const TrainingMetrics& now = last.training_metrics;
  const std::string former = last.former ? last.former->model_version : "";
  std::string learned = " (" + std::to_string(now.training_samples) + " customers to learn from, " +
                        std::to_string(now.test_samples) + " held back, " + std::to_string(now.rounds) + " rounds)";
  if (last.promoted) {
    std::printf("\nchampion: %s%s\nbefore:   %s\n", last.model_version.c_str(), learned.c_str(),
                former.empty() ? "none" : former.c_str());
    return;
  }
  std::printf("\nstays champion: %s\n%s%s: %s\n", former.empty() ? "none" : former.c_str(),
              last.model_version.c_str(), learned.c_str(),
              last.stage == ModelStage::shadow ? "in shadow" : "refused, nobody asks it");
}

void print_metrics(const wire::LastMetrics& last) {
  const TrainingMetrics& now = last.training_metrics;
  const TrainingMetrics* before = last.former ? &last.former->training_metrics : nullptr;
  std::puts("");
  if (before != nullptr) std::printf("  %-12s %10s %10s %10s\n", "", "new", "before", "change");
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

// Each of its own test; only the gates compare like with like.
void print_gates(const wire::LastMetrics& last) {
  std::puts("\ngates:");
  for (const GateResult& gate : last.gates)
    std::printf("  %-18s %s: %s\n", gate.gate.c_str(), gate.passed ? "passed" : "not passed", gate.text.c_str());
  if (last.promoted) return;
  const char* version = last.model_version.c_str();
  if (last.stage == ModelStage::shadow)
    std::printf("%s becomes champion by itself once enough customers were scored, or at once with\n"
                "POST /models/%s/promote?accept_shift=true\n", version, version);
}

void print_held_out(const wire::LastMetrics& last) {
  if (!last.held_out) return;
  const HeldOutReport& found = *last.held_out;
  std::printf("\n  calibration error %.4f (%.4f before calibration, %s)\n  ROC AUC of recency alone %.4f\n",
              last.training_metrics.calibration_error, found.calibration_error_before,
              last.calibration ? std::string{to_string(*last.calibration)}.c_str() : "none", found.recency_roc_auc);
  std::fputs("  lift by tenth", stdout);
  for (const double lift : found.lift_by_decile) std::printf(" %.2f", lift);
  std::puts("");
  if (!last.cutoffs || last.cutoffs->size() != found.cutoffs.size()) return;
  std::printf("\n  %-12s %10s %10s\n", "cutoff", "customers", "left");
  for (std::size_t i = 0; i < found.cutoffs.size(); ++i)
    std::printf("  %-12s %10lld %9.1f%%\n", to_rfc3339((*last.cutoffs)[i]).substr(0, 10).c_str(),
                static_cast<long long>(found.cutoffs[i].samples), 100 * found.cutoffs[i].churn_rate);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + " cannot be written");
}

// A folder that cannot be written (of a container) is no reason to have trained in vain.
void keep_report(HttpRecoEngine& engine, const std::string& metrics, const std::string& dir) {
  const std::filesystem::path folder{dir};
  const std::string page = engine.get_text("/train/report");
  try {
    std::filesystem::create_directories(folder);
    write_file(folder / "model.html", page);
    write_file(folder / "model.json", metrics);
  } catch (const std::exception& failed) {
    std::cerr << "reco-train: no report is kept: " << failed.what() << '\n';
    return;
  }
  std::cout << "\nreport: " << std::filesystem::absolute(folder / "model.html").string() << "\n        "
            << std::filesystem::absolute(folder / "model.json").string() << std::endl;
}

void simulate(HttpRecoEngine& engine, const Settings& settings) {
  const std::string clear = settings.keep_data ? "false" : "true";
  const auto data =
      engine.post<wire::GeneratedData>("/train/generate-data?samples=" + std::to_string(settings.samples) +
                                       "&random_seed=" + std::to_string(settings.seed) + "&clear_existing=" + clear);
  std::printf("simulated: %lld customers (%lld in all)\n", static_cast<long long>(data.samples_generated),
              static_cast<long long>(data.total_training_samples));
}

int run(const Settings& settings) {
  HttpRecoEngine engine{settings.url, settings.service_token};
  if (settings.source != "events") simulate(engine, settings);
  const std::string source = settings.source == "auto" ? "" : "&source=" + settings.source;
  const auto started = engine.post<wire::StartedTraining>("/train/start?wait=false&test_size=" + settings.test_size +
                                                          "&random_state=" + std::to_string(settings.seed) + source);
  watch(engine, started.job_id);
  const std::string metrics = engine.get_text("/train/metrics");
  const auto last = engine.parsed<wire::LastMetrics>("/train/metrics", metrics);
  print_source(last);
  print_roles(last);
  print_metrics(last);
  print_held_out(last);
  print_gates(last);
  std::fflush(stdout);
  keep_report(engine, metrics, settings.report_dir);
  return last.promoted || last.stage == ModelStage::shadow ? 0 : kRefused;
}

}  // namespace
}  // namespace qm::reco

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "evaluate") return qm::reco::evaluate_main(argc - 1, argv + 1);
  if (command == "simulate") return qm::reco::simulate_main(argc - 1, argv + 1);
  if (command == "import") return qm::reco::import_main(argc - 1, argv + 1);
  qm::reco::Settings settings;
  if (const int code = qm::reco::read_settings(argc, argv, settings); code >= 0) return code;
  try {
    return qm::reco::run(settings);
  } catch (const std::exception& failed) {
    std::cerr << "reco-train: " << failed.what() << '\n';
    return 1;
  }
}
