#include "RecoEngine-featurestore/app/predict_churn.hpp"

#include <algorithm>

#include "RecoEngine-featurestore/domain/event_feature.hpp"
#include "RecoEngine-featurestore/domain/model_input.hpp"

namespace qm::reco {

namespace {

constexpr std::chrono::seconds kModelRetry{5};

double hours(std::chrono::milliseconds age) { return std::chrono::duration<double, std::ratio<3600>>(age).count(); }

}  // namespace

void FreshnessWindow::add(const FeatureVector& read, Timestamp now) {
  Reading reading;
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (!read[i]) continue;
    reading.age_hours += hours(std::max(now - read[i]->at, std::chrono::milliseconds{0}));
    ++reading.features;
  }
  reading.stale = static_cast<std::int64_t>(read.stale(now).size());
  std::lock_guard lock{mutex_};
  readings_[count_++ % kPredictions] = reading;
}

FreshnessStats FreshnessWindow::stats() const {
  std::lock_guard lock{mutex_};
  FreshnessStats stats;
  const std::size_t held = std::min(count_, kPredictions);
  std::int64_t features = 0;
  for (std::size_t i = 0; i < held; ++i) {
    stats.avg_feature_age_hours += readings_[i].age_hours;
    features += readings_[i].features;
    stats.stale_features_count += readings_[i].stale;
  }
  if (features > 0) stats.avg_feature_age_hours /= static_cast<double>(features);
  stats.predictions = static_cast<std::int64_t>(held);
  return stats;
}

void FeatureReads::add(const FeatureFreshness& groups) noexcept {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups_[i].fresh.fetch_add(static_cast<std::int64_t>(groups[i].fresh), std::memory_order_relaxed);
    groups_[i].stale.fetch_add(static_cast<std::int64_t>(groups[i].stale.size()), std::memory_order_relaxed);
    groups_[i].missing.fetch_add(static_cast<std::int64_t>(groups[i].missing.size()), std::memory_order_relaxed);
  }
}

Task<Result<ChurnScore>> PredictChurn::score_by(std::shared_ptr<const ServedModel> served, UserId user) {
  if (!served) co_return unavailable("No model is loaded yet; please try again.", kModelRetry);
  UserId reader = user;
  auto sources = co_await features_.read(std::move(reader));
  if (!sources) co_return sources.error();
  const Timestamp now = clock_.now();
  const auto feed_heard = feed_ != nullptr ? feed_->feed()->heard(now) : std::nullopt;
  const CustomerState* state = sources->state ? &*sources->state : nullptr;
  const FeatureVector known = features_at(sources->ingested, state, now, feed_heard);
  freshness_.add(known, now);
  ChurnScore score;
  score.groups = freshness_of(known, now);
  score.features = known.fresh(now);
  const auto newest = score.features.newest();
  if (!newest) co_return not_found("Nothing that is still true is known of the user " + user.str() + ".");

  const std::vector<float> row = to_model_row(score.features);
  const ModelOutput output = served->model->predict(row);
  if (const auto beside = champion_.shadow(); beside && beside->version != served->version)
    shadow_.add(user.str(), served->version, output.probability, beside->version,
                beside->model->predict(row).probability);
  if (served->drift) served->drift->add(user.str(), row, output.probability);
  score.user_id = std::move(user);
  score.churn_probability = output.probability;
  score.base_value = output.base_value;
  score.reasons = reasons_of(output.shap, score.features);
  score.feature_freshness = *newest;
  score.scored_at = now;
  score.model_version = served->version;
  co_return score;
}

Task<Result<ChurnPrediction>> PredictChurn::predict(UserId user) {
  const auto served = champion_.current();
  auto by = served;
  auto scored = co_await score_by(std::move(by), std::move(user));
  if (!scored) co_return scored.error();
  observe_.add(*scored, served->horizon);
  predicted_[static_cast<std::size_t>(segment_of(scored->churn_probability))].fetch_add(1, std::memory_order_relaxed);
  reads_.add(scored->groups);
  ChurnPrediction prediction;
  if (is_nudged(scored->segment())) {
    auto triggered = co_await nudges_.trigger(*scored);
    if (!triggered) co_return triggered.error();
    prediction.nudges = std::move(*triggered);
  }
  prediction.score = std::move(*scored);
  co_return prediction;
}

}  // namespace qm::reco
