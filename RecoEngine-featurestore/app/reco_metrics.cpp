#include "RecoEngine-featurestore/app/reco_metrics.hpp"

namespace qm::reco {

using metrics::Family;
using metrics::Kind;
using metrics::Labels;

std::vector<Family> training_families(const TrainingCounts& counts) {
  Family jobs{"qm_reco_training_jobs_total", "Trainings that ended, by how.", Kind::Counter, {}};
  const auto ended = [&jobs](TrainingState state, std::int64_t count) {
    jobs.samples.push_back({Labels{{"state", std::string{to_string(state)}}}, static_cast<double>(count)});
  };
  ended(TrainingState::succeeded, counts.succeeded);
  ended(TrainingState::failed, counts.failed);
  ended(TrainingState::cancelled, counts.cancelled);
  Family running{"qm_reco_training_running", "Whether a training runs here.", Kind::Gauge, {}};
  running.samples.push_back({Labels{}, counts.running ? 1.0 : 0.0});
  Family progress{"qm_reco_training_progress", "How far the running training is, 0 to 1.", Kind::Gauge, {}};
  progress.samples.push_back({Labels{}, counts.progress});
  std::vector<Family> families;
  families.push_back(std::move(jobs));
  families.push_back(std::move(running));
  families.push_back(std::move(progress));
  return families;
}

std::vector<Family> prediction_families(const PredictChurn& predict) {
  Family predictions{"qm_reco_predictions_total", "Predictions, by the segment of risk.", Kind::Counter, {}};
  for (const auto segment : {RiskSegment::low, RiskSegment::medium, RiskSegment::high, RiskSegment::critical}) {
    predictions.samples.push_back({Labels{{"segment", std::string{to_string(segment)}}},
                                   static_cast<double>(predict.predicted(segment))});
  }
  Family features{"qm_reco_features_read_total",
                  "Features that predictions asked for, by group and whether they were fresh, stale or missing.",
                  Kind::Counter, {}};
  for (const auto group : kFeatureGroups) {
    const auto& reads = predict.feature_reads().of(group);
    const auto found = [&](const char* state, const std::atomic<std::int64_t>& count) {
      features.samples.push_back({Labels{{"group", std::string{to_string(group)}}, {"state", state}},
                                  static_cast<double>(count.load(std::memory_order_relaxed))});
    };
    found("fresh", reads.fresh);
    found("stale", reads.stale);
    found("missing", reads.missing);
  }
  std::vector<Family> families;
  families.push_back(std::move(predictions));
  families.push_back(std::move(features));
  return families;
}

std::vector<Family> event_families(const ReceiveEvents& receive) {
  Family events{"qm_reco_events_total", "Events that were sent here, by what became of them.", Kind::Counter, {}};
  const auto became = [&events](const char* outcome, std::int64_t count) {
    events.samples.push_back({Labels{{"outcome", outcome}}, static_cast<double>(count)});
  };
  const EventCounts counts = receive.counts();
  became("accepted", counts.accepted);
  became("duplicate", counts.duplicates);
  became("ignored", counts.refused);
  Family rebuilt{"qm_reco_customer_states_rebuilt_total",
                 "Customers' states made anew from the log, since events came late or a write was lost.",
                 Kind::Counter, {}};
  rebuilt.samples.push_back({Labels{}, static_cast<double>(counts.rebuilt)});
  std::vector<Family> families;
  families.push_back(std::move(events));
  families.push_back(std::move(rebuilt));
  return families;
}

std::vector<Family> model_families(const std::shared_ptr<const ServedModel>& served) {
  Family loaded{"qm_reco_model_loaded", "Whether a model answers.", Kind::Gauge, {}};
  loaded.samples.push_back({Labels{}, served ? 1.0 : 0.0});
  std::vector<Family> families;
  families.push_back(std::move(loaded));
  if (!served) return families;
  Family info{"qm_reco_model_info", "The version of the model that answers.", Kind::Gauge, {}};
  info.samples.push_back({Labels{{"version", served->version}}, 1.0});
  Family trained{"qm_reco_model_trained_timestamp_seconds", "When that model was trained.", Kind::Gauge,
                 {}};
  trained.samples.push_back({Labels{}, static_cast<double>(served->trained_at.time_since_epoch().count()) / 1000.0});
  Family quality{"qm_reco_model_roc_auc", "Area under the ROC curve, on samples held back from training.", Kind::Gauge,
                 {}};
  quality.samples.push_back({Labels{}, served->metrics.roc_auc});
  const ModelFootprint footprint = served->model->footprint();
  Family trees{"qm_reco_model_trees", "Its trees, by how exact contributions are found.", Kind::Gauge, {}};
  trees.samples.push_back({Labels{{"contributions", "tables"}}, static_cast<double>(footprint.trees_by_tables)});
  trees.samples.push_back({Labels{{"contributions", "path"}}, static_cast<double>(footprint.trees_by_path)});
  Family tables{"qm_reco_model_table_bytes", "Memory of the tables that contributions are read from.", Kind::Gauge, {}};
  tables.samples.push_back({Labels{}, static_cast<double>(footprint.table_bytes)});
  families.push_back(std::move(info));
  families.push_back(std::move(trained));
  families.push_back(std::move(quality));
  families.push_back(std::move(trees));
  families.push_back(std::move(tables));
  return families;
}

std::vector<Family> shadow_families(const ShadowScores& shadow) {
  Family scored{"qm_reco_shadow_scores", "Customers scored by the model in shadow too, here.", Kind::Gauge, {}};
  Family difference{"qm_reco_shadow_mean_difference", "Mean difference of its scores to the champion's, without sign.",
                    Kind::Gauge, {}};
  Family shift{"qm_reco_shadow_stability_index", "Stability index of its scores against the champion's.", Kind::Gauge,
               {}};
  if (const auto figures = shadow.figures()) {
    const Labels labels{{"champion", figures->champion}, {"shadow", figures->shadow}};
    scored.samples.push_back({labels, static_cast<double>(figures->customers)});
    difference.samples.push_back({labels, figures->mean_difference});
    shift.samples.push_back({labels, stability_index(figures->scores.candidate, figures->scores.champion)});
  }
  std::vector<Family> families;
  families.push_back(std::move(scored));
  families.push_back(std::move(difference));
  families.push_back(std::move(shift));
  return families;
}

std::vector<Family> drift_families(const std::shared_ptr<const ServedModel>& served) {
  if (!served || !served->drift) return {};
  const DriftReport report = served->drift->report();
  Family customers{"qm_reco_drift_customers", "Customers that drift is told from, here.", Kind::Gauge, {}};
  customers.samples.push_back({Labels{}, static_cast<double>(report.customers)});
  Family drifted{"qm_reco_drifted", "How many features, and the scores, are above their threshold.", Kind::Gauge, {}};
  drifted.samples.push_back({Labels{}, static_cast<double>(report.drifted())});
  Family index{"qm_reco_drift_stability_index", "Stability index against the training, where there are enough rows.",
               Kind::Gauge, {}};
  Family threshold{"qm_reco_drift_threshold",
                   "What that index passes by chance in one look of twenty, for any of them.", Kind::Gauge, {}};
  const auto add = [&](const char* of, const DriftFigure& figure) {
    if (!figure.enough) return;
    const Labels labels{{"of", of}, {"name", figure.name}};
    index.samples.push_back({labels, figure.statistic});
    threshold.samples.push_back({labels, figure.threshold});
  };
  for (const auto& figure : report.features) add("feature", figure);
  add("scores", report.scores);
  std::vector<Family> families;
  families.push_back(std::move(customers));
  families.push_back(std::move(drifted));
  families.push_back(std::move(index));
  families.push_back(std::move(threshold));
  return families;
}

std::vector<Family> outcome_families(const ObserveScores& observe, const JoinOutcomes& outcomes) {
  Family observed{"qm_reco_scores_observed_total", "Scores whose outcome is waited for, begun here.", Kind::Counter,
                  {}};
  observed.samples.push_back({Labels{}, static_cast<double>(observe.observed())});
  Family judged{"qm_reco_outcomes_total", "Outcomes of scores that were looked up here.", Kind::Counter, {}};
  judged.samples.push_back({Labels{}, static_cast<double>(outcomes.judged())});
  Family customers{"qm_reco_live_customers", "Customers whose outcome is known, by the model that scored them.",
                   Kind::Gauge, {}};
  Family auc{"qm_reco_live_roc_auc", "Area under the ROC curve over them.", Kind::Gauge, {}};
  Family calibration{"qm_reco_live_calibration_error", "Expected calibration error over them.", Kind::Gauge, {}};
  if (const auto figures = outcomes.figures()) {
    const auto add = [&](const LiveAccuracy& of) {
      const Labels labels{{"version", of.model_version.empty() ? "all" : of.model_version}};
      customers.samples.push_back({labels, static_cast<double>(of.scores.customers)});
      if (!of.enough) return;
      auc.samples.push_back({labels, of.scores.roc_auc});
      calibration.samples.push_back({labels, of.scores.calibration_error});
    };
    add(figures->all);
    for (const auto& model : figures->models) add(model);
  }
  std::vector<Family> families;
  families.push_back(std::move(observed));
  families.push_back(std::move(judged));
  families.push_back(std::move(customers));
  families.push_back(std::move(auc));
  families.push_back(std::move(calibration));
  return families;
}

}  // namespace qm::reco
