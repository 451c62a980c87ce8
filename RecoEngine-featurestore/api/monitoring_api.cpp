#include "RecoEngine-featurestore/api/monitoring_api.hpp"

namespace qm::reco {

namespace wire {

struct FeatureFreshness {
  json::Nullable<double> avg_feature_age_hours;
  json::Nullable<std::int64_t> stale_features_count;
};
BOOST_DESCRIBE_STRUCT(FeatureFreshness, (), (avg_feature_age_hours, stale_features_count))

// Of the champion, on the samples held back from its training.
struct ModelAccuracy {
  json::Nullable<double> precision;
  json::Nullable<double> recall;
  json::Nullable<double> f1_score;
  json::Nullable<double> roc_auc;
};
BOOST_DESCRIBE_STRUCT(ModelAccuracy, (), (precision, recall, f1_score, roc_auc))

struct NudgeResponses {
  std::int64_t nudges_sent = 0;
  json::Nullable<double> response_rate;
  json::Nullable<double> conversion_rate;
};
BOOST_DESCRIBE_STRUCT(NudgeResponses, (), (nudges_sent, response_rate, conversion_rate))

// Of a feature, or of the scores. Without enough rows nothing is said.
struct DriftOf {
  std::string name;
  std::int64_t rows = 0;
  std::int64_t reference_rows = 0;
  bool enough_rows = false;
  json::Nullable<double> statistic;  // stability index
  json::Nullable<double> threshold;
  bool drifted = false;
};
BOOST_DESCRIBE_STRUCT(DriftOf, (), (name, rows, reference_rows, enough_rows, statistic, threshold, drifted))

// Of those the champion was asked about here, against those it was trained on.
struct Drift {
  std::string model_version;
  std::int64_t customers = 0;
  bool drifted = false;  // any of them
  DriftOf scores;
  std::vector<DriftOf> features;
};
BOOST_DESCRIBE_STRUCT(Drift, (), (model_version, customers, drifted, scores, features))

// Of a tenth of the customers.
struct ScoreTenth {
  std::int64_t customers = 0;
  double mean_score = 0;
  double left = 0;  // share that did
};
BOOST_DESCRIBE_STRUCT(ScoreTenth, (), (customers, mean_score, left))

// What scores said beside what customers did. Areas and errors are not told of too few.
struct LiveAccuracy {
  json::Nullable<std::string> model_version;  // null: of all, whichever answered
  std::int64_t customers = 0;
  double mean_score = 0;
  double left = 0;  // share that did
  json::Nullable<double> roc_auc;
  json::Nullable<double> roc_auc_standard_error;
  json::Nullable<double> brier;
  json::Nullable<double> calibration_error;
  std::vector<ScoreTenth> calibration;  // by score, lowest first
};
BOOST_DESCRIBE_STRUCT(LiveAccuracy, (),
                      (model_version, customers, mean_score, left, roc_auc, roc_auc_standard_error, brier,
                       calibration_error, calibration))

// Over the latest customers whose horizon is over.
struct LiveOutcomes {
  Timestamp counted_at{};
  Timestamp scored_from{};
  Timestamp scored_until{};
  LiveAccuracy all;
  std::vector<LiveAccuracy> models;
};
BOOST_DESCRIBE_STRUCT(LiveOutcomes, (), (counted_at, scored_from, scored_until, all, models))

struct Monitoring {
  ApiPerformance api_performance;
  FeatureFreshness feature_freshness;
  ModelAccuracy model_accuracy;
  NudgeResponses nudge_responses;
  json::Nullable<Drift> drift;
  json::Nullable<LiveOutcomes> outcomes;
};
BOOST_DESCRIBE_STRUCT(Monitoring, (),
                      (api_performance, feature_freshness, model_accuracy, nudge_responses, drift, outcomes))

}  // namespace wire

namespace {

// `buckets`: cumulative counts below each of latency_bounds_s(); what lies above the last counts as the last.
double quantile_s(const std::vector<std::uint64_t>& buckets, std::uint64_t total, double q) {
  const auto& bounds = http::latency_bounds_s();
  const double rank = q * static_cast<double>(total);
  double low = 0, below = 0;
  for (std::size_t i = 0; i < buckets.size() && i < bounds.size(); ++i) {
    const auto count = static_cast<double>(buckets[i]);
    if (count >= rank && count > below) return low + (bounds[i] - low) * (rank - below) / (count - below);
    low = bounds[i];
    below = count;
  }
  return low;
}

wire::DriftOf to_wire(const DriftFigure& figure) {
  wire::DriftOf out;
  out.name = figure.name;
  out.rows = figure.rows;
  out.reference_rows = figure.reference_rows;
  out.enough_rows = figure.enough;
  if (figure.enough) {
    out.statistic.emplace(figure.statistic);
    out.threshold.emplace(figure.threshold);
  }
  out.drifted = figure.drifted();
  return out;
}

wire::Drift to_wire(const DriftReport& report, std::string model_version) {
  wire::Drift out;
  out.model_version = std::move(model_version);
  out.customers = report.customers;
  out.drifted = report.drifted() > 0;
  out.scores = to_wire(report.scores);
  for (const auto& figure : report.features) out.features.push_back(to_wire(figure));
  return out;
}

wire::LiveAccuracy to_wire(const LiveAccuracy& accuracy) {
  const ScoreReport& scores = accuracy.scores;
  wire::LiveAccuracy out;
  if (!accuracy.model_version.empty()) out.model_version.emplace(accuracy.model_version);
  out.customers = static_cast<std::int64_t>(scores.customers);
  out.mean_score = scores.mean_score;
  out.left = scores.churn_rate;
  if (!accuracy.enough) return out;
  out.roc_auc.emplace(scores.roc_auc);
  out.roc_auc_standard_error.emplace(accuracy.roc_auc_error);
  out.brier.emplace(scores.brier);
  out.calibration_error.emplace(scores.calibration_error);
  for (const auto& tenth : scores.calibration)
    out.calibration.push_back({static_cast<std::int64_t>(tenth.count), tenth.mean_score, tenth.observed});
  return out;
}

wire::LiveOutcomes to_wire(const LiveOutcomes& outcomes) {
  wire::LiveOutcomes out;
  out.counted_at = outcomes.counted_at;
  out.scored_from = outcomes.oldest;
  out.scored_until = outcomes.newest;
  out.all = to_wire(outcomes.all);
  for (const auto& model : outcomes.models) out.models.push_back(to_wire(model));
  return out;
}

wire::Monitoring to_wire(const MonitoringFigures& figures, wire::ApiPerformance performance) {
  wire::Monitoring out;
  out.api_performance = std::move(performance);
  if (figures.freshness) {
    out.feature_freshness.avg_feature_age_hours.emplace(figures.freshness->avg_feature_age_hours);
    out.feature_freshness.stale_features_count.emplace(figures.freshness->stale_features_count);
  }
  if (figures.accuracy) {
    out.model_accuracy.precision.emplace(figures.accuracy->precision);
    out.model_accuracy.recall.emplace(figures.accuracy->recall);
    out.model_accuracy.f1_score.emplace(figures.accuracy->f1_score);
    out.model_accuracy.roc_auc.emplace(figures.accuracy->roc_auc);
  }
  out.nudge_responses.nudges_sent = figures.nudges.sent;
  if (figures.nudges.sent > 0) {
    const auto sent = static_cast<double>(figures.nudges.sent);
    out.nudge_responses.response_rate.emplace(static_cast<double>(figures.nudges.responded) / sent);
    out.nudge_responses.conversion_rate.emplace(static_cast<double>(figures.nudges.converted) / sent);
  }
  if (figures.drift) out.drift.emplace(to_wire(*figures.drift, figures.model_version));
  if (figures.outcomes) out.outcomes.emplace(to_wire(*figures.outcomes));
  return out;
}

}  // namespace

wire::ApiPerformance performance_of(const std::vector<http::EndpointStats>& stats) {
  std::uint64_t total = 0, broken = 0;
  double seconds = 0;
  std::vector<std::uint64_t> buckets(http::latency_bounds_s().size(), 0);
  for (const auto& endpoint : stats) {
    total += endpoint.requests;
    broken += endpoint.by_status_class[5];
    seconds += endpoint.seconds_sum;
    for (std::size_t i = 0; i < endpoint.buckets.size() && i < buckets.size(); ++i) buckets[i] += endpoint.buckets[i];
  }
  wire::ApiPerformance out;
  out.total_requests = static_cast<std::int64_t>(total);
  if (total == 0) return out;
  out.avg_response_time_ms.emplace(1000 * seconds / static_cast<double>(total));
  out.p50_ms.emplace(1000 * quantile_s(buckets, total, 0.5));
  out.p99_ms.emplace(1000 * quantile_s(buckets, total, 0.99));
  out.error_rate.emplace(static_cast<double>(broken) / static_cast<double>(total));
  return out;
}

void add_monitoring_routes(http::Api& api, Monitoring& monitoring,
                           std::function<std::vector<http::EndpointStats>()> traffic) {
  api.get("/monitoring",
          {.name = "monitoring",
           .summary = "What was measured: traffic, freshness, accuracy, nudges, drift, outcomes",
           .tag = "monitoring",
           .access = http::Access::Service,
           .errors = {401, 503}},
          [&monitoring, traffic = std::move(traffic)](http::Call<>) -> Task<Result<wire::Monitoring>> {
            const auto figures = co_await monitoring.run();
            if (!figures) co_return figures.error();
            co_return to_wire(*figures, performance_of(traffic()));
          });
}

}  // namespace qm::reco
