#include "RecoEngine-featurestore/training/trainer.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <numeric>

#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "RecoEngine-featurestore/evaluation/paired_auc.hpp"
#include "RecoEngine-featurestore/evaluation/scores.hpp"
#include "RecoEngine-featurestore/model/xgboost_model.hpp"
#include "RecoEngine-featurestore/training/calibrated_model.hpp"
#include "RecoEngine-featurestore/training/random.hpp"

namespace qm::reco {

namespace {

Error cancelled_training() { return rejected("The training was cancelled."); }

// Of some rows, beginning where `start` says.
Matrix matrix_of(const LabelledRows& rows, const std::vector<std::size_t>& which, const StartScorer* start) {
  Matrix matrix;
  matrix.columns = rows.width();
  matrix.values.reserve(which.size() * matrix.columns);
  matrix.labels.reserve(which.size());
  for (const std::size_t i : which) {
    const auto row = rows[i];
    matrix.values.insert(matrix.values.end(), row.begin(), row.end());
    matrix.labels.push_back(rows.left(i) ? 1.0F : 0.0F);
    if (start != nullptr) matrix.margins.push_back(static_cast<float>(start->margin(row)));
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

std::uint64_t hash_of(const LabelledRows& rows) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a over 32-bit words
  const auto mix = [&](std::uint32_t word) { hash = (hash ^ word) * 0x100000001b3ULL; };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const float value : rows[i]) mix(std::isnan(value) ? 0x7fc00000U : std::bit_cast<std::uint32_t>(value));
    mix(rows.left(i) ? 1 : 0);
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
DriftReference drift_reference(const LabelledRows& rows, const std::vector<std::size_t>& which,
                               const std::vector<double>& scores) {
  DriftReference reference;
  for (const auto& feature : model_features()) {
    std::vector<double> values;
    const std::size_t count = which.empty() ? rows.size() : which.size();
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) values.push_back(value_in_row(feature, rows[which.empty() ? i : which[i]]));
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
  learned.margins.resize(learned.rows());
  for (float& margin : learned.margins) margin += static_cast<float>(std::log(fitting.weight_of_leavers));
}

FitOptions boosting(const SampleSplit& split, std::uint64_t seed) {
  FitOptions fitting;
  fitting.seed = seed;
  // Of fewer rows two threads spend more on waiting for each other, and on a busy machine many times as much.
  constexpr std::size_t kRowsForTwo = 20'000;
  fitting.threads = split.training.size() < kRowsForTwo ? 1 : 2;
  if (split.other_season) {  // chosen on cutoffs of December 2010 of Online Retail II: docs/adr/0033
    fitting.max_depth = 3;
    fitting.learning_rate = 0.05;
    fitting.early_stopping_rounds = 50;
  }
  for (const auto& column : model_columns()) fitting.monotone.push_back(column.monotone);
  return fitting;
}

enum class From { start, nothing };

// Trees and where they begin, ready to be asked.
struct BoostedTrees {
  From from = From::nothing;
  std::string bytes;
  int rounds = 0;
  std::optional<TreeStart> start;
  std::shared_ptr<const ChurnModel> model;
};

// The parts that a training of one split is made of.
class Learner {
 public:
  Learner(const LabelledRows& rows, const SampleSplit& split, std::uint64_t seed, const std::atomic<bool>& cancelled)
      : rows_(rows), split_(split), options_(boosting(split, seed)), cancelled_(cancelled) {}

  // Stops by the split's validation.
  Result<BoostedTrees> find_rounds(From from, const std::function<void(double)>& progress) const {
    return boost(split_.training, from, options_, progress);
  }
  // Every sample that may be learned from, for as many rounds as were found.
  Result<BoostedTrees> boost_anew(const BoostedTrees& found) const {
    return boost(learnable([](std::uint32_t) { return true; }), found);
  }

  // Whoever puts the validation's customers into the better order. Where nothing but orders is told, the doubt is in
  // favour of the start, as orders are what BG/NBD is about: up to the standard error of the difference (the rule of
  // Breiman et al., «Classification and Regression Trees», 1984).
  bool goes_without_start(const BoostedTrees& with, const BoostedTrees& without) const {
    const auto& checked = split_.validation;
    const std::vector<bool> labels = labels_of(checked);
    const auto left = std::ranges::count(labels, true), stayed = std::ranges::count(labels, false);
    if (std::min(left, stayed) < 2) return false;
    const PairedAreas areas =
        compare_areas(scores_of(*without.model, checked), scores_of(*with.model, checked), labels);
    return areas.a > areas.b + (tells_visits() ? 0 : areas.error);
  }

  // Of the validation's samples, by models that never saw their customers.
  Result<std::vector<double>> scores_by_others(const BoostedTrees& found) const {
    std::vector<double> scores(split_.validation.size());
    for (std::uint32_t part = 0; part < kCustomerParts; ++part) {
      const auto is_other = [part](std::uint32_t customer) { return customer % kCustomerParts != part; };
      const auto boosted = boost(learnable(is_other), found);
      if (!boosted) return boosted.error();
      for (std::size_t v = 0; v < scores.size(); ++v) {
        const std::size_t place = split_.validation[v];
        if (!is_other(customer_of(place))) scores[v] = probability(*boosted->model, place);
      }
    }
    return scores;
  }

  std::vector<double> scores_of(const ChurnModel& model, const std::vector<std::size_t>& which) const {
    std::vector<double> scores;
    for (const std::size_t place : which) scores.push_back(probability(model, place));
    return scores;
  }
  std::vector<bool> labels_of(const std::vector<std::size_t>& which) const {
    std::vector<bool> labels;
    for (const std::size_t place : which) labels.push_back(rows_.left(place));
    return labels;
  }

 private:
  static constexpr std::uint32_t kCustomerParts = 5;

  std::uint32_t customer_of(std::size_t place) const {
    return split_.customers.empty() ? static_cast<std::uint32_t>(place) : split_.customers[place];
  }
  double probability(const ChurnModel& model, std::size_t place) const {
    const auto row = rows_[place];
    return model.predict({row.begin(), row.end()}).probability;
  }
  template <class Wanted>
  std::vector<std::size_t> learnable(Wanted wanted) const {
    std::vector<std::size_t> which;
    for (const auto* part : {&split_.validation, &split_.training})
      for (const std::size_t place : *part)
        if (wanted(customer_of(place))) which.push_back(place);
    return which;
  }
  Result<BoostedTrees> boost(const std::vector<std::size_t>& which, const BoostedTrees& found) const {
    FitOptions fitting = options_;
    fitting.max_rounds = found.rounds;
    fitting.early_stopping_rounds = 0;
    return boost(which, found.from, fitting, [](double) {});
  }
  bool tells_visits() const {
    static const std::size_t column = find_model_column("sess_30d");
    return std::ranges::any_of(split_.training, [&](std::size_t i) { return !std::isnan(rows_[i][column]); });
  }
  // BG/NBD looks at no label: one row of each customer, but of those who judge.
  std::vector<std::size_t> one_each() const {
    if (split_.one_each.empty()) return learnable([](std::uint32_t) { return true; });
    std::vector<bool> judges(rows_.size());
    for (const std::size_t place : split_.test) judges[place] = true;
    std::vector<std::size_t> which;
    for (const std::size_t place : split_.one_each)
      if (!judges[place]) which.push_back(place);
    return which;
  }

  Result<BoostedTrees> boost(const std::vector<std::size_t>& which, From from, FitOptions fitting,
                        const std::function<void(double)>& progress) const {
    if (cancelled_) return cancelled_training();
    BoostedTrees boosted;
    boosted.from = from;
    if (from == From::start) boosted.start = fit_start(rows_, which, one_each(), LabelRule{}.horizon);
    std::optional<StartScorer> start;
    if (boosted.start) start.emplace(*boosted.start);
    Matrix learned = matrix_of(rows_, which, start ? &*start : nullptr);
    const bool stops = fitting.early_stopping_rounds > 0;
    const Matrix checked = stops ? matrix_of(rows_, split_.validation, start ? &*start : nullptr) : Matrix{};
    balance(learned, fitting);
    auto fitted = fit_xgboost(learned, checked, fitting, progress, cancelled_);
    if (!fitted) return fitted.error();
    boosted.bytes = std::move(fitted->bytes);
    boosted.rounds = fitted->rounds;
    auto model = whole_model(boosted.bytes, boosted.start, {});
    if (!model) return model.error();
    boosted.model = std::move(*model);
    return boosted;
  }

  const LabelledRows& rows_;
  const SampleSplit& split_;
  const FitOptions options_;
  const std::atomic<bool>& cancelled_;
};

// As the model says it, where too little is known to say better.
Calibration calibrate(const std::vector<double>& scores, const std::vector<bool>& labels, bool other_season) {
  auto chosen = choose_calibration(scores, labels);
  if (!chosen) return {};
  return other_season ? damped(std::move(chosen->calibration)) : std::move(chosen->calibration);
}

double recency_roc_auc(const LabelledRows& rows, const std::vector<std::size_t>& which) {
  constexpr double kNever = 1e9;
  static const std::size_t column = find_model_column("days_last_purch");
  std::vector<double> days;
  std::vector<bool> labels;
  for (const std::size_t i : which) {
    const auto known = static_cast<double>(rows[i][column]);
    days.push_back(std::isnan(known) ? kNever : known);
    labels.push_back(rows.left(i));
  }
  return roc_auc(days, labels);
}

std::vector<CutoffSamples> cutoffs_of(const LabelledRows& rows, const SampleSplit& split) {
  std::vector<CutoffSamples> made;
  for (std::size_t i = 0; i < split.cutoff_begins.size(); ++i) {
    const std::size_t begin = split.cutoff_begins[i];
    const std::size_t end = i + 1 < split.cutoff_begins.size() ? split.cutoff_begins[i + 1] : rows.size();
    std::int64_t left = 0;
    for (std::size_t s = begin; s < end; ++s) left += rows.left(s) ? 1 : 0;
    const auto all = static_cast<std::int64_t>(end - begin);
    made.push_back({all, all == 0 ? 0 : static_cast<double>(left) / static_cast<double>(all)});
  }
  return made;
}

// What a model does on the samples that are held back.
class Examination {
 public:
  Examination(const LabelledRows& rows, const std::vector<std::size_t>& held_back) : rows_(rows), which_(held_back) {}

  // → whether it came to its end.
  bool ask(const ChurnModel& model, const Calibration& calibration, const std::atomic<bool>& cancelled) {
    std::vector<double> took_us;
    shap_sums_.assign(rows_.width(), 0);
    for (const std::size_t i : which_) {
      if (cancelled) return false;
      const std::vector<float> row{rows_[i].begin(), rows_[i].end()};
      const auto begun = std::chrono::steady_clock::now();
      const ModelOutput out = model.predict(row);
      const double probability = calibration(out.probability);
      took_us.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count());
      before_.push_back(out.probability);
      scores_.push_back(probability);
      labels_.push_back(rows_.left(i));
      for (std::size_t c = 0; c < out.shap.size(); ++c) shap_sums_[c] += std::abs(out.shap[c]);
    }
    std::ranges::nth_element(took_us, took_us.begin() + static_cast<std::ptrdiff_t>(took_us.size() / 2));
    median_us_ = took_us[took_us.size() / 2];
    return true;
  }
  void report(const SampleSplit& split, TrainedModel& trained) const {
    trained.predict_us = median_us_;
    trained.metrics = judge(scores_, labels_);
    trained.held_out.calibration_error_before =
        calibration_error(groups_of_equal_width(before_, labels_, kCalibrationGroups));
    trained.held_out.recency_roc_auc = recency_roc_auc(rows_, which_);
    trained.held_out.lift_by_decile = lift_by_decile(scores_, labels_);
    trained.held_out.calibration_curve = groups_of_equal_count(scores_, labels_, kCalibrationGroups);
    trained.held_out.cutoffs = cutoffs_of(rows_, split);
    trained.drift = drift_reference(rows_, split.one_each, scores_);
    trained.importance = importance_of(shap_sums_, which_.size());
  }

 private:
  const LabelledRows& rows_;
  const std::vector<std::size_t>& which_;
  std::vector<double> before_, scores_, shap_sums_;
  std::vector<bool> labels_;
  double median_us_ = 0;
};

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

DataQuality quality_of(const LabelledRows& rows) {
  DataQuality quality;
  quality.samples = static_cast<std::int64_t>(rows.size());
  if (rows.size() == 0) {
    quality.issues.push_back("there are no training samples: POST /train/generate-data first");
    return quality;
  }
  const auto n = static_cast<double>(rows.size());
  const auto inputs = static_cast<double>(model_features().size());
  double missing = 0, silent = 0;
  for (const auto& feature : model_features()) {
    std::size_t absent = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) absent += std::isnan(rows[i][feature.first_column]) ? 1 : 0;
    missing += static_cast<double>(absent);
    if (absent < rows.size()) continue;
    ++silent;
    quality.issues.push_back("no sample has '" + std::string{feature_table()[feature.feature].name} + "'");
  }
  quality.churn_rate = rows.churn_rate();
  quality.missing_rate = missing / (inputs * n);
  const bool few = rows.size() < kMinTrainingSamples;
  const bool one_class = quality.churn_rate < 0.01 || quality.churn_rate > 0.99;
  if (few)
    quality.issues.push_back("there are " + std::to_string(rows.size()) + " samples; at least " +
                             std::to_string(kMinTrainingSamples) + " are needed");
  if (one_class) quality.issues.push_back("almost all samples have the same label");
  if (quality.missing_rate > 0.6) quality.issues.push_back("more than 60 % of the values are missing");
  quality.enough = !few && !one_class && quality.missing_rate <= 0.9;
  const double size_score = std::min(1.0, std::log10(n) / 4);  // 10,000 samples are plenty
  const double balance_score = std::min(1.0, 4 * std::min(quality.churn_rate, 1 - quality.churn_rate));
  const double presence_score = 1 - quality.missing_rate;
  quality.quality_score = (size_score + balance_score + presence_score) / 3 * (1 - silent / inputs);
  return quality;
}

LabelledRows rows_of(const std::vector<TrainingSample>& samples) {
  LabelledRows rows;
  rows.reserve(samples.size());
  for (const auto& sample : samples) rows.add(to_model_row(sample.features), sample.churned);
  return rows;
}

DataQuality quality_of(const std::vector<TrainingSample>& samples) { return quality_of(rows_of(samples)); }

Result<TrainedModel> train_on_split(const LabelledRows& rows, const SampleSplit& split, std::uint64_t seed,
                                    const std::function<void(double)>& progress, const std::atomic<bool>& cancelled) {
  const DataQuality quality = quality_of(rows);
  if (!quality.enough) return rejected("The training data is too poor: " + quality.issues.front() + ".");
  const Learner learner{rows, split, seed, cancelled};
  const double found = split.other_season ? 0.25 : 0.9;  // of the progress
  auto boosted = learner.find_rounds(From::nothing, [&](double done) { progress(found * done); });
  if (!boosted) return boosted.error();
  std::vector<double> checked;
  if (split.other_season) {
    auto with = learner.find_rounds(From::start, [&](double done) { progress(found * (1 + done)); });
    if (!with) return with.error();
    if (!learner.goes_without_start(*with, *boosted)) boosted = std::move(with);
    auto by_others = learner.scores_by_others(*boosted);
    if (!by_others) return by_others.error();
    checked = std::move(*by_others);
    progress(0.8);
    boosted = learner.boost_anew(*boosted);
    if (!boosted) return boosted.error();
    progress(0.9);
  } else {
    checked = learner.scores_of(*boosted->model, split.validation);
  }
  TrainedModel trained;
  trained.calibration = calibrate(checked, learner.labels_of(split.validation), split.other_season);
  Examination examination{rows, split.test};
  if (!examination.ask(*boosted->model, trained.calibration, cancelled)) return cancelled_training();
  examination.report(split, trained);
  trained.metrics.training_samples = static_cast<std::int64_t>(split.training.size() + split.validation.size());
  trained.metrics.churn_rate = quality.churn_rate;
  trained.metrics.rounds = boosted->rounds;
  trained.bytes = std::move(boosted->bytes);
  trained.start = std::move(boosted->start);
  trained.data_hash = hash_of(rows);
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
  return train_on_split(rows_of(samples), split, options.seed, progress, cancelled);
}

}  // namespace qm::reco
