#include "RecoEngine-featurestore/training/evaluate_main.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "RecoEngine-featurestore/model/xgboost_model.hpp"
#include "RecoEngine-featurestore/training/evaluation_report.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"
#include "RecoEngine-featurestore/training/purchase_features.hpp"
#include "RecoEngine-featurestore/training/purchase_importer.hpp"
#include "platform/config/config.hpp"
#include "platform/core/revision.hpp"

namespace qm::reco {
namespace {

struct Settings {
  std::string data;
  std::string cutoffs = "2011-03-11,2011-06-11,2011-09-10";
  std::string report_dir = "var/reports";
  std::int64_t horizon_days = 90;
  std::int64_t active_days = 365;
  std::int64_t step_days = 14;
  std::int64_t seed = 42;
};

int read_settings(int argc, const char* const* argv, Settings& settings) {
  config::Options options{
      "reco-train evaluate",
      "Judges the way of training on a public dataset of real customers, out of time: at each cutoff the model and "
      "the\n"
      "baselines learn from what was known then, and are judged by what came after it. Needs no running service.\n"
      "Prints a table, and writes a report (HTML and JSON) that is the same, byte for byte, for the same data and "
      "seed.\n"
      "Datasets: Online Retail II of the UCI repository, and CDNOW (README.md, «Judging the model»)."};
  options.text("data", "EVALUATION_DATA", settings.data, "The dataset: CSV, packed with gzip or not. Needed.");
  options.text("cutoffs", "EVALUATION_CUTOFFS", settings.cutoffs, "Days to judge at, as YYYY-MM-DD, with commas.");
  options.text("report-dir", "EVALUATION_REPORT_DIR", settings.report_dir,
               "Where the report is written: evaluation.html and evaluation.json.");
  options.integer("horizon-days", "EVALUATION_HORIZON_DAYS", settings.horizon_days, 7, 365, "days",
                  "Who buys within it after the cutoff has stayed.");
  options.integer("active-days", "EVALUATION_ACTIVE_DAYS", settings.active_days, 30, 3650, "days",
                  "Only who bought within it before the cutoff is judged.");
  options.integer("step-days", "EVALUATION_STEP_DAYS", settings.step_days, 1, 90, "days",
                  "Between the windows trained on.");
  options.integer("seed", "EVALUATION_SEED", settings.seed, 0, 4'294'967'295, "", "Of all that is drawn by chance.");
  return options.parse(argc, argv);
}

std::vector<Timestamp> read_days(std::string_view list) {
  std::vector<Timestamp> days;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string day{list.substr(0, comma)};
    const auto at = parse_rfc3339(day + "T00:00:00Z");
    if (!at) throw std::runtime_error("«" + day + "» is no day: YYYY-MM-DD.");
    days.push_back(*at);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  if (days.empty()) throw std::runtime_error("--cutoffs names no day.");
  return days;
}

template <class T>
T wanted(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + " cannot be written.");
}

// On the error stream of a terminal: the output stays the report's.
void show_progress(const std::string& what, double done) {
  if (::isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%s  %3d %% ", what.c_str(), static_cast<int>(done * 100));
  if (done >= 1) std::fputs("\r\033[K", stderr);
}

EvaluationReport evaluate(const PurchaseData& data, const std::vector<Timestamp>& cutoffs, const Settings& settings) {
  OutOfTimeOptions options;
  options.rule = {std::chrono::days{settings.horizon_days}, std::chrono::days{settings.active_days}};
  options.step = std::chrono::days{settings.step_days};
  options.seed = static_cast<std::uint64_t>(settings.seed);
  EvaluationReport report;
  report.dataset = data.name;
  report.data_hash = to_hex(data.hash);
  report.feature_hash = to_hex(purchase_features_hash());
  report.library_version = "xgboost " + xgboost_version();
  report.revision = revision();
  report.seed = settings.seed;
  report.horizon_days = settings.horizon_days;
  report.active_within_days = settings.active_days;
  report.lines = data.lines;
  report.lines_without_customer = data.lines_without_customer;
  report.lines_without_price = data.lines_without_price;
  report.customers = static_cast<std::int64_t>(data.customers.size());
  const std::atomic<bool> go_on{false};
  for (const Timestamp cutoff : cutoffs) {
    const std::string name = "cutoff " + to_rfc3339(cutoff).substr(0, 10);
    report.cutoffs.push_back(wanted(judge_out_of_time(
        data, cutoff, options, [&](double done) { show_progress(name, done); }, go_on)));
  }
  return report;
}

int run(const Settings& settings) {
  if (settings.data.empty())
    throw std::runtime_error("which dataset? --data FILE (reco-train evaluate --help says where to get one).");
  const auto cutoffs = read_days(settings.cutoffs);
  const auto data = wanted(import_purchases(settings.data));
  std::printf("%s: %lld lines, %zu customers, %s to %s\n", data.name.c_str(), static_cast<long long>(data.lines),
              data.customers.size(), to_rfc3339(data.first).substr(0, 10).c_str(),
              to_rfc3339(data.last).substr(0, 10).c_str());
  std::fflush(stdout);
  const auto report = evaluate(data, cutoffs, settings);
  const std::filesystem::path folder{settings.report_dir};
  std::filesystem::create_directories(folder);
  write_file(folder / "evaluation.html", print_html(report));
  write_file(folder / "evaluation.json", print_json(report));
  std::cout << print_table(report) << "\nreport: " << std::filesystem::absolute(folder / "evaluation.html").string()
            << "\n        " << std::filesystem::absolute(folder / "evaluation.json").string() << '\n';
  return 0;
}

}  // namespace

int evaluate_main(int argc, const char* const* argv) {
  Settings settings;
  if (const int code = read_settings(argc, argv, settings); code >= 0) return code;
  try {
    return run(settings);
  } catch (const std::exception& failed) {
    std::cerr << "reco-train evaluate: " << failed.what() << '\n';
    return 1;
  }
}

}  // namespace qm::reco
