#include "RecoEngine-featurestore/training/evaluation_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "RecoEngine-featurestore/evaluation/svg_plot.hpp"
#include "RecoEngine-featurestore/training/report_page.hpp"
#include "platform/json/print.hpp"

namespace qm::reco {

// The JSON's words; the structs' own names but for moments, which become days.
namespace report_json {

struct Group {
  std::int64_t customers = 0;
  double mean_score = 0, observed = 0;
};
BOOST_DESCRIBE_STRUCT(Group, (), (customers, mean_score, observed))

struct Scores {
  std::string name;
  std::int64_t customers = 0;
  double churn_rate = 0, mean_score = 0, roc_auc = 0, pr_auc = 0, brier = 0, log_loss = 0, calibration_error = 0,
         calibration_error_equal_count = 0;
  std::vector<Group> calibration;
  std::vector<double> lift_by_decile;
};
BOOST_DESCRIBE_STRUCT(Scores, (),
                      (name, customers, churn_rate, mean_score, roc_auc, pr_auc, brier, log_loss, calibration_error,
                       calibration_error_equal_count, calibration, lift_by_decile))

struct Importance {
  std::string feature;
  double mean_abs_shap = 0;
};
BOOST_DESCRIBE_STRUCT(Importance, (), (feature, mean_abs_shap))

struct Cutoff {
  std::string cutoff, first_window, latest_window;
  std::int64_t windows = 0, training_rows = 0, rounds = 0;
  double latest_churn_rate = 0, mean_churn_rate = 0;
  std::optional<std::string> same_season_window;
  std::optional<double> same_season_churn_rate;
  std::string calibration;
  double held_out_log_loss_none = 0, held_out_log_loss_platt = 0, held_out_log_loss_isotonic = 0;
  std::string calibration_note;
  std::vector<Scores> contenders;
  std::vector<Importance> importance;
  std::int64_t served_cutoffs = 0, served_training_rows = 0, served_rounds = 0;
  std::string served_calibration;
  bool served_start = false;
};
BOOST_DESCRIBE_STRUCT(Cutoff, (),
                      (cutoff, first_window, latest_window, windows, training_rows, rounds, latest_churn_rate,
                       mean_churn_rate, same_season_window, same_season_churn_rate, calibration,
                       held_out_log_loss_none, held_out_log_loss_platt, held_out_log_loss_isotonic,
                       calibration_note, contenders, importance, served_cutoffs, served_training_rows, served_rounds,
                       served_calibration, served_start))

struct Mean {
  std::string name;
  double roc_auc = 0;
};
BOOST_DESCRIBE_STRUCT(Mean, (), (name, roc_auc))

struct Report {
  std::string dataset, data_hash, feature_hash, library_version, revision;
  std::int64_t seed = 0, horizon_days = 0, active_within_days = 0, lines = 0, lines_without_customer = 0,
               lines_without_price = 0, customers = 0;
  std::vector<Mean> means;
  std::vector<Cutoff> cutoffs;
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (dataset, data_hash, feature_hash, library_version, revision, seed, horizon_days,
                       active_within_days, lines, lines_without_customer, lines_without_price, customers, means,
                       cutoffs))

}  // namespace report_json

namespace {

report_json::Scores to_json(const Contender& contender) {
  const ScoreReport& s = contender.scores;
  report_json::Scores out{contender.name,
                          static_cast<std::int64_t>(s.customers),
                          s.churn_rate,
                          s.mean_score,
                          s.roc_auc,
                          s.pr_auc,
                          s.brier,
                          s.log_loss,
                          s.calibration_error,
                          s.calibration_error_equal_count,
                          {},
                          s.lift};
  for (const auto& g : s.calibration)
    out.calibration.push_back({static_cast<std::int64_t>(g.count), g.mean_score, g.observed});
  return out;
}

report_json::Cutoff to_json(const CutoffJudgement& j) {
  report_json::Cutoff out;
  out.cutoff = date_of(j.cutoff);
  out.first_window = date_of(j.first_window);
  out.latest_window = date_of(j.latest_window);
  out.windows = j.windows;
  out.training_rows = j.training_rows;
  out.rounds = j.rounds;
  out.latest_churn_rate = j.latest_churn_rate;
  out.mean_churn_rate = j.mean_churn_rate;
  if (j.same_season) {
    out.same_season_window = date_of(j.same_season->cutoff);
    out.same_season_churn_rate = j.same_season->churn_rate;
  }
  out.served_cutoffs = j.served_cutoffs;
  out.served_training_rows = j.served_training_rows;
  out.served_rounds = j.served_rounds;
  out.served_calibration = to_string(j.served_calibration);
  out.served_start = j.served_start;
  out.calibration = to_string(j.calibration.calibration.kind);
  out.held_out_log_loss_none = j.calibration.none_loss;
  out.held_out_log_loss_platt = j.calibration.platt_loss;
  out.held_out_log_loss_isotonic = j.calibration.isotonic_loss;
  out.calibration_note = explain_calibration(j);
  for (const auto& contender : j.contenders) out.contenders.push_back(to_json(contender));
  for (const auto& each : j.importance) out.importance.push_back({each.feature, each.mean_abs_shap});
  return out;
}

std::vector<std::string> names_of(const EvaluationReport& report) {
  std::vector<std::string> names;
  if (report.cutoffs.empty()) return names;
  for (const auto& contender : report.cutoffs.front().contenders) names.push_back(contender.name);
  return names;
}

const ScoreReport* find_scores(const CutoffJudgement& judgement, std::string_view name) {
  for (const auto& contender : judgement.contenders) {
    if (contender.name == name) return &contender.scores;
  }
  return nullptr;
}

std::string summary_html(const EvaluationReport& report) {
  std::string html = "<table><thead><tr><th>ROC-AUC</th>";
  for (const auto& j : report.cutoffs) html += "<th>" + date_of(j.cutoff) + "</th>";
  html += "<th>mean</th></tr></thead><tbody>\n";
  for (const auto& name : names_of(report)) {
    html += "<tr><th>" + escape_markup(name) + "</th>";
    for (const auto& j : report.cutoffs) {
      const auto* scores = find_scores(j, name);
      html += cell(scores == nullptr ? "" : digits(scores->roc_auc, 4));
    }
    html += cell(digits(mean_roc_auc(report, name), 4)) + "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string contenders_html(const CutoffJudgement& j) {
  std::string html =
      "<table><thead><tr><th></th><th>ROC-AUC</th><th>PR-AUC</th><th>Brier</th><th>log loss</th>"
      "<th>calibration error</th><th>in groups of equal count</th><th>mean score</th><th>lift, first tenth</th>"
      "</tr></thead><tbody>\n";
  for (const auto& contender : j.contenders) {
    const ScoreReport& s = contender.scores;
    html += "<tr><th>" + escape_markup(contender.name) + "</th>";
    for (const double value :
         {s.roc_auc, s.pr_auc, s.brier, s.log_loss, s.calibration_error, s.calibration_error_equal_count, s.mean_score})
      html += cell(digits(value, 4));
    html += cell(s.lift.empty() ? "" : digits(s.lift.front(), 2)) + "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string plots_html(const CutoffJudgement& j) {
  std::vector<UnitLine> lines;
  for (const auto name : {kModelName, kLatestWindowName, kRawModelName, kServedName}) {
    const auto* scores = find_scores(j, name);
    if (scores == nullptr) continue;
    UnitLine line{std::string{name}, {}};
    for (const auto& group : scores->calibration) line.points.push_back({group.mean_score, group.observed});
    lines.push_back(std::move(line));
  }
  std::string html = "<div class=\"plots\">\n" +
                     unit_plot("Calibration", "predicted risk, tenths of the customers", "share that left", lines);
  if (const auto* scores = find_scores(j, kModelName); scores != nullptr) {
    std::vector<Bar> bars;
    for (const double lift : scores->lift) bars.push_back({std::to_string(bars.size() + 1), lift});
    html += bar_plot("Lift by tenth, highest risk first", "times the average", bars, 1);
  }
  std::vector<Bar> strongest;
  for (const auto& each : j.importance) {
    if (strongest.size() < 12) strongest.push_back({each.feature, each.mean_abs_shap});
  }
  return html + ranking_plot("What the model goes by: mean |contribution|, log-odds", strongest) + "</div>\n";
}

std::string cutoff_html(const CutoffJudgement& j) {
  const auto* scores = find_scores(j, kModelName);
  std::string html = "<section><h2>Cutoff " + date_of(j.cutoff) + "</h2>\n<p>";
  if (scores != nullptr)
    html += std::to_string(scores->customers) + " customers, of whom " + digits(100 * scores->churn_rate, 1) +
            " % did not buy within the horizon. ";
  html += "Trained on " + std::to_string(j.training_rows) + " rows of " + std::to_string(j.windows) +
          " windows, cutoffs " + date_of(j.first_window) + " to " + date_of(j.latest_window) + ", " +
          std::to_string(j.rounds) + " rounds. Calibration: " + std::string{to_string(j.calibration.calibration.kind)} +
          " (held-out log loss: none " + digits(j.calibration.none_loss, 4) + ", platt " +
          digits(j.calibration.platt_loss, 4) + ", isotonic " + digits(j.calibration.isotonic_loss, 4) +
          "). What is served learned from " + std::to_string(j.served_training_rows) + " rows of " +
          std::to_string(j.served_cutoffs) + " cutoffs, in " + std::to_string(j.served_rounds) +
          " rounds; its trees begin " +
          (j.served_start ? "halfway between BG/NBD and a straight line" : "from nothing") +
          "; calibration: " + std::string{to_string(j.served_calibration)} + ".</p>\n";
  html += contenders_html(j) + "<p>" + escape_markup(explain_calibration(j)) + "</p>\n" + plots_html(j);
  return html + "</section>\n";
}

std::string origins_html(const EvaluationReport& report) {
  return definitions({
      {"dataset", report.dataset},
      {"lines", std::to_string(report.lines) + " (" + std::to_string(report.lines_without_customer) +
                    " without customer, " + std::to_string(report.lines_without_price) + " without price)"},
      {"customers", std::to_string(report.customers)},
      {"data hash", report.data_hash},
      {"feature definitions", report.feature_hash},
      {"seed", std::to_string(report.seed)},
      {"library", report.library_version},
      {"revision", report.revision}});
}

// In columns, whatever the bytes of its letters.
std::string padded(const std::string& text, std::size_t width) {
  std::size_t letters = 0;
  for (const char c : text) letters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return text + std::string(width > letters ? width - letters : 0, ' ');
}

}  // namespace

double mean_roc_auc(const EvaluationReport& report, std::string_view contender) {
  double sum = 0;
  for (const auto& j : report.cutoffs) {
    const auto* scores = find_scores(j, contender);
    sum += scores == nullptr ? std::numeric_limits<double>::quiet_NaN() : scores->roc_auc;
  }
  return sum / static_cast<double>(report.cutoffs.size());
}

namespace {

// What the earlier windows say of the level: whether the same season of an earlier year differed from the window that
// calibrated as this one does.
std::string cause_of_level(const CutoffJudgement& j, double observed) {
  constexpr double kMuch = 0.5;  // of the difference
  const double missed = observed - j.latest_churn_rate;
  if (!j.same_season)
    return " No window known at the cutoff lies in the same season of an earlier year, so that nothing tells whether it"
           " is the season.";
  const double season = j.same_season->churn_rate - j.latest_churn_rate;
  const std::string text = " In the same season a year or more before, cutoff " + date_of(j.same_season->cutoff) +
                           ", " + digits(j.same_season->churn_rate, 3) + " left, and " + digits(j.mean_churn_rate, 3) +
                           " on the mean of all windows known:";
  if (missed * season > 0 && std::abs(season) >= kMuch * std::abs(missed))
    return text + " it is the season, which differs from the one that calibrated by " +
           digits(std::abs(season), 3) + " there and by " + digits(std::abs(missed), 3) + " here.";
  return text + " the season alone, which differed from the window that calibrated by " + digits(season, 3) +
         " then, does not explain a difference of " + digits(missed, 3) + ".";
}

}  // namespace

std::string explain_calibration(const CutoffJudgement& j) {
  constexpr double kGood = 0.05;
  const auto* scores = find_scores(j, kModelName);
  if (scores == nullptr) return {};
  const double level = scores->mean_score - scores->churn_rate;
  std::string text = "Calibration error " + digits(scores->calibration_error, 3) + ": the mean predicted risk is " +
                     digits(scores->mean_score, 3) + ", " + digits(scores->churn_rate, 3) + " left.";
  if (scores->calibration_error <= kGood) return text;
  text += " Of the error " + digits(std::min(std::abs(level), scores->calibration_error), 3) +
          " is the level: the window that calibrated, cutoff " + date_of(j.latest_window) + ", saw " +
          digits(j.latest_churn_rate, 3) + " leave.";
  return text + cause_of_level(j, scores->churn_rate);
}

std::string print_json(const EvaluationReport& report) {
  report_json::Report out;
  out.dataset = report.dataset;
  out.data_hash = report.data_hash;
  out.feature_hash = report.feature_hash;
  out.library_version = report.library_version;
  out.revision = report.revision;
  out.seed = report.seed;
  out.horizon_days = report.horizon_days;
  out.active_within_days = report.active_within_days;
  out.lines = report.lines;
  out.lines_without_customer = report.lines_without_customer;
  out.lines_without_price = report.lines_without_price;
  out.customers = report.customers;
  for (const auto& name : names_of(report)) out.means.push_back({name, mean_roc_auc(report, name)});
  for (const auto& judgement : report.cutoffs) out.cutoffs.push_back(to_json(judgement));
  return json::print(out) + "\n";
}

std::string print_html(const EvaluationReport& report) {
  std::string html =
      begin_page("Churn, judged out of time") + "<p>A customer who bought within " +
      std::to_string(report.active_within_days) + " days before a cutoff has left when no purchase follows within " +
      std::to_string(report.horizon_days) +
      " days. For each cutoff everything was trained on what was known at it, and judged by what came after it.</p>\n";
  html += summary_html(report);
  for (const auto& judgement : report.cutoffs) html += cutoff_html(judgement);
  return html + "<h2>What it was made of</h2>\n" + origins_html(report) + end_page();
}

std::string print_table(const EvaluationReport& report) {
  constexpr std::size_t kName = 40, kColumn = 11;
  const char* const columns[] = {"ROC-AUC", "PR-AUC", "Brier", "calib.err", "mean score", "lift 10 %"};
  std::string text;
  for (const auto& j : report.cutoffs) {
    const auto* model = find_scores(j, kModelName);
    text += "\ncutoff " + date_of(j.cutoff);
    if (model != nullptr)
      text += ": " + std::to_string(model->customers) + " customers, " + digits(model->churn_rate, 3) + " left";
    text += "\n  " + padded("", kName);
    for (const char* column : columns) text += padded(column, kColumn);
    for (const auto& contender : j.contenders) {
      const ScoreReport& s = contender.scores;
      text += "\n  " + padded(contender.name, kName);
      for (const double value : {s.roc_auc, s.pr_auc, s.brier, s.calibration_error, s.mean_score})
        text += padded(digits(value, 4), kColumn);
      text += s.lift.empty() ? "" : digits(s.lift.front(), 2);
    }
    text += "\n  " + explain_calibration(j) + "\n";
  }
  text += "\nmean ROC-AUC over " + std::to_string(report.cutoffs.size()) + " cutoffs\n";
  for (const auto& name : names_of(report))
    text += "  " + padded(name, kName) + digits(mean_roc_auc(report, name), 4) + "\n";
  return text;
}

}  // namespace qm::reco
