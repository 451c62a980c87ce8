#include "RecoEngine-featurestore/training/trainer.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <numeric>

#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/evaluation/scores.hpp"
#include "RecoEngine-featurestore/model/xgboost_model.hpp"
#include "RecoEngine-featurestore/training/random.hpp"

namespace qm::reco {

namespace {

using Rows = std::vector<std::vector<float>>;

Matrix matrix_of(const Rows& rows, const std::vector<TrainingSample>& samples, const std::vector<std::size_t>& which) {
  Matrix matrix;
  matrix.columns = model_columns().size();
  matrix.values.reserve(which.size() * matrix.columns);
  for (const std::size_t i : which) {
    matrix.values.insert(matrix.values.end(), rows[i].begin(), rows[i].end());
    matrix.labels.push_back(samples[i].churned ? 1.0F : 0.0F);
  }
  return matrix;
}

// A shuffled order that keeps the share of those who left equal in every part (stratified): their indices are dealt out
// evenly.
std::vector<std::size_t> stratified_order(const std::vector<TrainingSample>& samples, std::uint64_t seed) {
  Random random{seed};
  std::vector<std::pair<double, std::size_t>> places;
  for (const bool churned : {true, false}) {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (samples[i].churned == churned) members.push_back(i);
    }
    for (std::size_t i = members.size(); i > 1; --i) std::swap(members[i - 1], members[random.below(i)]);
    for (std::size_t i = 0; i < members.size(); ++i) {
      places.emplace_back((static_cast<double>(i) + 0.5) / static_cast<double>(members.size()), members[i]);
    }
  }
  std::sort(places.begin(), places.end());
  std::vector<std::size_t> order;
  for (const auto& [place, index] : places) order.push_back(index);
  return order;
}

std::uint64_t hash_of(const Rows& rows, const std::vector<TrainingSample>& samples) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a over 32-bit words
  const auto mix = [&](std::uint32_t word) { hash = (hash ^ word) * 0x100000001b3ULL; };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const float value : rows[i]) mix(std::isnan(value) ? 0x7fc00000U : std::bit_cast<std::uint32_t>(value));
    mix(samples[i].churned ? 1 : 0);
  }
  return hash;
}

std::vector<FeatureImportance> importance_of(const std::vector<double>& shap_sums, std::size_t rows) {
  std::vector<double> by_feature(feature_table().size(), 0);
  for (std::size_t c = 0; c < shap_sums.size(); ++c) by_feature[model_columns()[c].feature] += shap_sums[c];
  std::vector<FeatureImportance> importance;
  for (std::size_t i = 0; i < by_feature.size(); ++i) {
    if (by_feature[i] > 0)
      importance.push_back({std::string{feature_table()[i].name}, by_feature[i] / static_cast<double>(rows)});
  }
  std::sort(importance.begin(), importance.end(),
            [](const auto& a, const auto& b) { return a.mean_abs_shap > b.mean_abs_shap; });
  return importance;
}

// Over one row of each customer: several would look like more customers than there are.
DriftReference drift_reference(const Rows& rows, const std::vector<std::size_t>& which,
                               const std::vector<double>& scores) {
  DriftReference reference;
  for (const auto& feature : model_features()) {
    std::vector<double> values;
    values.reserve(which.empty() ? rows.size() : which.size());
    if (which.empty())
      for (const auto& row : rows) values.push_back(value_in_row(feature, row));
    for (const std::size_t i : which) values.push_back(value_in_row(feature, rows[i]));
    reference.features.push_back(
        reference_histogram(std::string{feature_table()[feature.feature].name}, std::move(values)));
  }
  reference.scores = reference_histogram("score", scores);
  return reference;
}

// The rarer kind gets its weight, and the trees start from what that does to the level, so that they learn what is left
// of it when the weight is taken away again.
void balance(Matrix& learned, FitOptions& fitting) {
  constexpr double kRare = 0.2;
  const auto left = static_cast<double>(std::count(learned.labels.begin(), learned.labels.end(), 1.0F));
  const double share = left / static_cast<double>(learned.rows());
  if (left == 0 || share == 1 || std::min(share, 1 - share) >= kRare) return;
  fitting.weight_of_leavers = (1 - share) / share;
  learned.margins.assign(learned.rows(), static_cast<float>(std::log(fitting.weight_of_leavers)));
}

FitOptions boosting(const SampleSplit& split, std::uint64_t seed) {
  FitOptions fitting;
  fitting.seed = seed;
  fitting.threads = 2;
  if (split.other_season) {  // chosen on cutoffs of December 2010 of Online Retail II: docs/adr/0033
    fitting.max_depth = 3;
    fitting.learning_rate = 0.05;
    fitting.early_stopping_rounds = 50;
  }
  for (const auto& column : model_columns()) fitting.monotone.push_back(column.monotone);
  return fitting;
}

// What the trees say of them, and what became of them.
struct Scored {
  std::vector<double> scores;
  std::vector<bool> labels;
};
Scored score(const ChurnModel& model, const Rows& rows, const std::vector<TrainingSample>& samples,
             const std::vector<std::size_t>& which) {
  Scored scored;
  for (const std::size_t i : which) {
    scored.scores.push_back(model.predict(rows[i]).probability);
    scored.labels.push_back(samples[i].churned);
  }
  return scored;
}

// As the model says it, where too little is known to say better.
Calibration calibrate(const Scored& checked, bool other_season) {
  auto chosen = choose_calibration(checked.scores, checked.labels);
  if (!chosen) return {};
  return other_season ? damped(std::move(chosen->calibration)) : std::move(chosen->calibration);
}

double recency_roc_auc(const std::vector<TrainingSample>& samples, const std::vector<std::size_t>& which) {
  constexpr double kNever = 1e9;
  static const std::size_t feature = find_feature("days_last_purch");
  std::vector<double> days;
  std::vector<bool> labels;
  for (const std::size_t i : which) {
    const auto& known = samples[i].features[feature];
    days.push_back(known ? as_number(known->value).value_or(kNever) : kNever);
    labels.push_back(samples[i].churned);
  }
  return roc_auc(days, labels);
}

std::vector<CutoffSamples> cutoffs_of(const std::vector<TrainingSample>& samples, const SampleSplit& split) {
  std::vector<CutoffSamples> made;
  for (std::size_t i = 0; i < split.cutoff_begins.size(); ++i) {
    const std::size_t begin = split.cutoff_begins[i];
    const std::size_t end = i + 1 < split.cutoff_begins.size() ? split.cutoff_begins[i + 1] : samples.size();
    std::int64_t left = 0;
    for (std::size_t s = begin; s < end; ++s) left += samples[s].churned ? 1 : 0;
    const auto all = static_cast<std::int64_t>(end - begin);
    made.push_back({all, all == 0 ? 0 : static_cast<double>(left) / static_cast<double>(all)});
  }
  return made;
}

}  // namespace

TrainingMetrics judge(const std::vector<double>& scores, const std::vector<bool>& labels) {
  TrainingMetrics m;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool predicted = scores[i] >= 0.5;
    if (labels[i]) {
      ++(predicted ? m.true_positives : m.false_negatives);
    } else {
      ++(predicted ? m.false_positives : m.true_negatives);
    }
  }
  const auto ratio = [](std::int64_t part, std::int64_t all) {
    return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
  };
  const auto n = static_cast<std::int64_t>(scores.size());
  m.test_samples = n;
  m.log_loss = log_loss(scores, labels);
  m.brier = brier_score(scores, labels);
  m.accuracy = ratio(m.true_positives + m.true_negatives, n);
  m.precision = ratio(m.true_positives, m.true_positives + m.false_positives);
  m.recall = ratio(m.true_positives, m.true_positives + m.false_negatives);
  m.f1_score = m.precision + m.recall == 0 ? 0 : 2 * m.precision * m.recall / (m.precision + m.recall);
  m.roc_auc = roc_auc(scores, labels);
  m.pr_auc = pr_auc(scores, labels);
  m.calibration_error = calibration_error(groups_of_equal_width(scores, labels, kCalibrationGroups));
  return m;
}

DataQuality quality_of(const std::vector<TrainingSample>& samples) {
  DataQuality quality;
  quality.samples = static_cast<std::int64_t>(samples.size());
  if (samples.empty()) {
    quality.issues.push_back("there are no training samples: POST /train/generate-data first");
    return quality;
  }
  const auto n = static_cast<double>(samples.size());
  std::size_t inputs = 0, missing = 0, silent = 0;
  for (std::size_t i = 0; i < feature_table().size(); ++i) {
    if (feature_table()[i].input == ModelInput::None) continue;
    ++inputs;
    const auto absent = static_cast<std::size_t>(
        std::count_if(samples.begin(), samples.end(), [&](const auto& s) { return !s.features[i]; }));
    missing += absent;
    if (absent == samples.size()) {
      ++silent;
      quality.issues.push_back("no sample has '" + std::string{feature_table()[i].name} + "'");
    }
  }
  quality.churn_rate =
      static_cast<double>(std::count_if(samples.begin(), samples.end(), [](const auto& s) { return s.churned; })) / n;
  quality.missing_rate = static_cast<double>(missing) / (static_cast<double>(inputs) * n);
  const bool few = samples.size() < kMinTrainingSamples;
  const bool one_class = quality.churn_rate < 0.01 || quality.churn_rate > 0.99;
  if (few)
    quality.issues.push_back("there are " + std::to_string(samples.size()) + " samples; at least " +
                             std::to_string(kMinTrainingSamples) + " are needed");
  if (one_class) quality.issues.push_back("almost all samples have the same label");
  if (quality.missing_rate > 0.6) quality.issues.push_back("more than 60 % of the values are missing");
  quality.enough = !few && !one_class && quality.missing_rate <= 0.9;
  const double size_score = std::min(1.0, std::log10(n) / 4);  // 10,000 samples are plenty
  const double balance_score = std::min(1.0, 4 * std::min(quality.churn_rate, 1 - quality.churn_rate));
  const double presence_score = 1 - quality.missing_rate;
  quality.quality_score = (size_score + balance_score + presence_score) / 3 *
                          (1 - static_cast<double>(silent) / static_cast<double>(inputs));
  return quality;
}

Result<TrainedModel> train_on_split(const std::vector<TrainingSample>& samples, const SampleSplit& split,
                                    std::uint64_t seed, const std::function<void(double)>& progress,
                                    const std::atomic<bool>& cancelled) {
  const DataQuality quality = quality_of(samples);
  if (!quality.enough) return rejected("The training data is too poor: " + quality.issues.front() + ".");
  Rows rows;
  rows.reserve(samples.size());
  for (const auto& sample : samples) rows.push_back(to_model_row(sample.features));

  FitOptions fitting = boosting(split, seed);
  Matrix learned = matrix_of(rows, samples, split.training);
  const Matrix stops = matrix_of(rows, samples, split.validation);
  balance(learned, fitting);
  auto fitted = fit_xgboost(learned, stops, fitting, [&](double done) { progress(0.9 * done); }, cancelled);
  if (!fitted) return fitted.error();

  auto trees = load_xgboost_model(fitted->bytes, model_columns().size());
  if (!trees) return trees.error();
  TrainedModel trained;
  trained.calibration = calibrate(score(**trees, rows, samples, split.validation), split.other_season);
  Scored before;
  std::vector<double> scores, shap_sums(model_columns().size(), 0);
  std::vector<double> took_us;
  for (const std::size_t i : split.test) {
    if (cancelled) return rejected("The training was cancelled.");
    const auto begun = std::chrono::steady_clock::now();
    const ModelOutput out = (*trees)->predict(rows[i]);
    const double calibrated = trained.calibration(out.probability);
    took_us.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count());
    before.scores.push_back(out.probability);
    before.labels.push_back(samples[i].churned);
    scores.push_back(calibrated);
    for (std::size_t c = 0; c < out.shap.size(); ++c) shap_sums[c] += std::abs(out.shap[c]);
  }
  std::ranges::nth_element(took_us, took_us.begin() + static_cast<std::ptrdiff_t>(took_us.size() / 2));
  trained.predict_us = took_us[took_us.size() / 2];
  trained.metrics = judge(scores, before.labels);
  trained.held_out.calibration_error_before =
      calibration_error(groups_of_equal_width(before.scores, before.labels, kCalibrationGroups));
  trained.held_out.recency_roc_auc = recency_roc_auc(samples, split.test);
  trained.held_out.lift_by_decile = lift_by_decile(scores, before.labels);
  trained.held_out.calibration_curve = groups_of_equal_count(scores, before.labels, kCalibrationGroups);
  trained.held_out.cutoffs = cutoffs_of(samples, split);
  trained.drift = drift_reference(rows, split.one_each, scores);
  trained.metrics.training_samples = static_cast<std::int64_t>(split.training.size() + split.validation.size());
  trained.metrics.churn_rate = quality.churn_rate;
  trained.metrics.rounds = fitted->rounds;
  trained.bytes = std::move(fitted->bytes);
  trained.importance = importance_of(shap_sums, split.test.size());
  trained.data_hash = hash_of(rows, samples);
  trained.feature_hash = feature_table_hash();
  trained.seed = seed;
  trained.library_version = "xgboost " + xgboost_version();
  progress(1);
  return trained;
}

Result<TrainedModel> train(const std::vector<TrainingSample>& samples, const TrainOptions& options,
                           const std::function<void(double)>& progress, const std::atomic<bool>& cancelled) {
  const auto order = stratified_order(samples, options.seed);
  const auto tests = static_cast<std::size_t>(std::llround(options.test_size * static_cast<double>(order.size())));
  // Every k-th place goes to the test.
  SampleSplit split;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool is_test = (i + 1) * tests / order.size() != i * tests / order.size();
    if (is_test) {
      split.test.push_back(order[i]);
    } else {
      const bool stops = says_when_to_stop(split.training.size() + split.validation.size());
      (stops ? split.validation : split.training).push_back(order[i]);
    }
  }
  return train_on_split(samples, split, options.seed, progress, cancelled);
}

}  // namespace qm::reco
