#include "RecoEngine-featurestore/training/model_report.hpp"

#include "RecoEngine-featurestore/evaluation/svg_plot.hpp"
#include "RecoEngine-featurestore/training/report_page.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kStrongest = 12;  // features of the importance plot

std::string introduction(const ModelMetadata& model) {
  const bool real = model.source == TrainingSource::events;
  const TrainingMetrics& m = model.metrics;
  std::string html = std::string{"<p>Learned from "} +
                     (real ? "the customers of the log of events" : "simulated customers") + ": " +
                     std::to_string(m.training_samples) + " samples, " + std::to_string(m.rounds) +
                     " rounds. Judged by " + std::to_string(m.test_samples) + " customers who were held back";
  if (model.cutoffs && !model.cutoffs->empty())
    html += ", by what they did after " + date_of(model.cutoffs->front()) + (real ? "" : " of the simulated time");
  if (model.horizon_days)
    html += "; who did not buy within " + std::to_string(*model.horizon_days) + " days has left";
  html += ".";
  if (model.calibration)
    html += " Calibration: " + std::string{to_string(model.calibration->kind)} +
            (model.calibration->weight < 1 ? ", damped" : "") + ".";
  return html + "</p>\n";
}

std::string measures(const ModelMetadata& model) {
  const TrainingMetrics& m = model.metrics;
  struct Row {
    const char* name;
    double value;
  };
  const Row rows[] = {{"PR-AUC", m.pr_auc},       {"Brier", m.brier},   {"log loss", m.log_loss},
                      {"accuracy", m.accuracy},   {"recall", m.recall}, {"precision", m.precision},
                      {"F1", m.f1_score},         {"calibration error", m.calibration_error}};
  std::string html = "<table><thead><tr><th></th><th>this model</th><th>recency alone</th></tr></thead><tbody>\n";
  html += "<tr><th>ROC-AUC</th>" + cell(digits(m.roc_auc, 4)) +
          cell(model.held_out ? digits(model.held_out->recency_roc_auc, 4) : "") + "</tr>\n";
  for (const Row& row : rows)
    html += "<tr><th>" + std::string{row.name} + "</th>" + cell(digits(row.value, 4)) + cell("") + "</tr>\n";
  if (model.held_out)
    html += "<tr><th>calibration error before calibration</th>" +
            cell(digits(model.held_out->calibration_error_before, 4)) + cell("") + "</tr>\n";
  return html + "</tbody></table>\n";
}

std::string plots(const ModelMetadata& model) {
  std::string html = "<div class=\"plots\">\n";
  if (model.held_out) {
    UnitLine curve{"this model", {}};
    for (const ScoreGroup& group : model.held_out->calibration_curve)
      curve.points.push_back({group.mean_score, group.observed});
    html += unit_plot("Calibration", "predicted risk, tenths of the customers", "share that left", {std::move(curve)});
    std::vector<Bar> lift;
    for (const double times : model.held_out->lift_by_decile)
      lift.push_back({std::to_string(lift.size() + 1), times});
    html += bar_plot("Lift by tenth, highest risk first", "times the average", lift, 1);
  }
  std::vector<Bar> strongest;
  for (const FeatureImportance& each : model.importance)
    if (strongest.size() < kStrongest) strongest.push_back({each.feature, each.mean_abs_shap});
  return html + ranking_plot("What the model goes by: mean |contribution|, log-odds", strongest) + "</div>\n";
}

std::string cutoffs(const ModelMetadata& model) {
  if (!model.cutoffs || !model.held_out || model.held_out->cutoffs.size() != model.cutoffs->size()) return {};
  std::string html =
      "<h2>Cutoffs</h2>\n<table><thead><tr><th></th><th>customers</th><th>of whom left</th><th>for</th></tr></thead>"
      "<tbody>\n";
  for (std::size_t i = 0; i < model.cutoffs->size(); ++i) {
    const CutoffSamples& seen = model.held_out->cutoffs[i];
    html += "<tr><th>" + date_of((*model.cutoffs)[i]) + "</th>" + cell(std::to_string(seen.samples)) +
            cell(digits(100 * seen.churn_rate, 1) + " %") +
            cell(i == 0 ? "stopping, calibrating, judging" : "learning") + "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string gates(const ModelMetadata& model) {
  if (model.gates.empty()) return {};
  std::string html =
      "<h2>Gates</h2>\n<table><thead><tr><th></th><th>passed</th><th>what was found</th></tr></thead><tbody>\n";
  for (const GateResult& gate : model.gates)
    html += "<tr><th>" + escape_markup(gate.gate) + "</th>" + cell(gate.passed ? "yes" : "no") + cell(gate.text) +
            "</tr>\n";
  return html + "</tbody></table>\n";
}

}  // namespace

std::string print_html(const ModelMetadata& model) {
  return begin_page("The model " + model.version) + introduction(model) + measures(model) + plots(model) +
         cutoffs(model) + gates(model) + "<h2>What it was made of</h2>\n" +
         definitions({{"training", model.job_id},
                      {"data hash", model.data_hash},
                      {"feature definitions", model.feature_hash},
                      {"seed", std::to_string(model.seed)},
                      {"library", model.library_version},
                      {"revision", model.revision.value_or("unknown")}}) +
         end_page();
}

}  // namespace qm::reco
