#include "RecoEngine-featurestore/training/out_of_time.hpp"

#include <algorithm>
#include <cmath>

#include "RecoEngine-featurestore/evaluation/logistic_regression.hpp"
#include "RecoEngine-featurestore/model/xgboost_model.hpp"
#include "RecoEngine-featurestore/training/purchase_features.hpp"
#include "RecoEngine-featurestore/training/random.hpp"
#include "RecoEngine-featurestore/training/served_judgement.hpp"

namespace qm::reco {

namespace {

using Windows = std::vector<LabelledWindow>;
constexpr std::size_t kCustomerParts = 5;
constexpr std::size_t kFewestWindows = 3;  // to train on before the latest

// In which fifth a customer is: mixed, so that neighbours by name are apart.
std::size_t part_of(std::size_t customer, std::uint64_t seed) {
  return Random{seed * 1'000'003 + customer}.bits() % kCustomerParts;
}

constexpr auto kAll = [](std::size_t) { return true; };

double log_odds_of(double chance) {
  constexpr double kNearest = 1e-4;  // to 0 and 1
  const double held = std::clamp(chance, kNearest, 1 - kNearest);
  return std::log(held / (1 - held));
}


// The rows of windows whose customers `wanted` takes.
template <class Wanted>
Matrix gather(const Windows& windows, std::size_t count, Wanted wanted) {
  Matrix matrix;
  matrix.columns = purchase_features().size();
  const auto width = static_cast<std::ptrdiff_t>(matrix.columns);
  for (std::size_t w = 0; w < count; ++w) {
    const auto& window = windows[w];
    for (std::size_t i = 0; i < window.size(); ++i) {
      if (!wanted(window.customers[i])) continue;
      const auto row = window.values.begin() + static_cast<std::ptrdiff_t>(i) * width;
      matrix.values.insert(matrix.values.end(), row, row + width);
      matrix.labels.push_back(window.churned[i] ? 1.0F : 0.0F);
    }
  }
  return matrix;
}
std::vector<float> row_of(const std::vector<float>& values, std::size_t i) {
  const auto width = static_cast<std::ptrdiff_t>(purchase_features().size());
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i) * width;
  return {begin, begin + width};
}

// Chosen on cutoffs of 2010, before any test: docs/adr/0023 says what else was tried.
FitOptions boosting(const OutOfTimeOptions& options, const Matrix& rows) {
  constexpr double kRare = 0.2;  // below this share of either kind, the rarer one gets its weight
  FitOptions fit;
  fit.seed = options.seed;
  fit.max_rounds = options.max_rounds;
  fit.early_stopping_rounds = options.patience_rounds;
  fit.stop_by = StopBy::roc_auc;
  fit.max_depth = 2;
  fit.learning_rate = 0.02;
  fit.rows_per_tree = 0.5;
  fit.columns_per_tree = 0.3;
  fit.min_child_weight = 20;
  fit.ridge = 5;
  fit.threads = 2;
  for (const auto& feature : purchase_features()) fit.monotone.push_back(feature.monotone);
  const auto left = static_cast<double>(std::count(rows.labels.begin(), rows.labels.end(), 1.0F));
  const double share = left / static_cast<double>(rows.rows());
  if (left > 0 && std::min(share, 1 - share) < kRare) fit.weight_of_leavers = (1 - share) / share;
  return fit;
}

std::vector<float> all_flattened(std::span<const float> values) {
  std::vector<float> made;
  made.reserve(values.size());
  for (const float value : values) made.push_back(flattened(value));
  return made;
}

std::vector<bool> labels_of(const Matrix& matrix) {
  std::vector<bool> labels;
  for (const float label : matrix.labels) labels.push_back(label > 0.5F);
  return labels;
}

Result<LogisticRegression> fit_line(const Matrix& rows, std::size_t columns) {
  std::vector<float> kept;
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    if (i % rows.columns < columns) kept.push_back(rows.values[i]);
  }
  LogisticOptions options;
  options.ridge = 50;
  return LogisticRegression::fit(all_flattened(kept), columns, labels_of(rows), options);
}

// Where the trees begin: halfway, in log-odds, between what BG/NBD says and a straight line through all columns. Their
// errors are of different kinds (Bates, Granger: «The Combination of Forecasts», 1969).
class Start {
 public:
  static Result<Start> fit(const Matrix& rows) {
    auto line = fit_line(rows, rows.columns);
    if (!line) return line.error();
    return Start{std::move(*line)};
  }
  double operator()(std::span<const float> row) const {
    const double habits = log_odds_of(static_cast<double>(row[kSilenceColumn]));
    return (habits + log_odds_of(line_.predict(all_flattened(row)))) / 2;
  }
  // Per column; the intercept is nobody's.
  std::vector<double> contributions(std::span<const float> row) const {
    auto parts = line_.contributions(all_flattened(row));
    parts[kSilenceColumn] += log_odds_of(static_cast<double>(row[kSilenceColumn]));
    for (double& part : parts) part /= 2;
    return parts;
  }
  void begin(Matrix& rows) const {
    rows.margins.clear();
    for (std::size_t i = 0; i < rows.values.size(); i += rows.columns)
      rows.margins.push_back(static_cast<float>((*this)(std::span{rows.values}.subspan(i, rows.columns))));
  }

 private:
  explicit Start(LogisticRegression line) : line_(std::move(line)) {}
  LogisticRegression line_;
};

// A logistic regression on the first `columns` features.
Result<std::vector<double>> logistic_scores(const Matrix& training, const LabelledWindow& test, std::size_t columns) {
  const auto model = fit_line(training, columns);
  if (!model) return model.error();
  std::vector<double> scores;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const auto row = std::span{test.values}.subspan(i * training.columns, columns);
    scores.push_back(model->predict(all_flattened(row)));
  }
  return scores;
}

// Where the trees begin, and what they add.
struct Boosted {
  Start start;
  std::shared_ptr<const ChurnModel> trees;

  double score(const ModelOutput& added, std::span<const float> row) const {
    return 1 / (1 + std::exp(-start(row) - log_odds_of(added.probability)));
  }
};

class Judge {
 public:
  Judge(const PurchaseData& data, Timestamp cutoff, const OutOfTimeOptions& options,
        const std::function<void(double)>& progress, const std::atomic<bool>& cancelled)
      : data_(data), cutoff_(cutoff), options_(options), progress_(progress), cancelled_(cancelled) {}

  Result<CutoffJudgement> run() {
    if (auto done = make_windows(); !done) return done.error();
    if (auto done = find_rounds(); !done) return done.error();
    if (auto done = calibrate(); !done) return done.error();
    if (auto done = judge_model(); !done) return done.error();
    if (auto done = judge_served(); !done) return done.error();
    if (auto done = judge_baselines(); !done) return done.error();
    progress_(1);
    return std::move(out_);
  }

 private:
  const LabelledWindow& latest() const { return windows_.back(); }
  Error stopped() const { return rejected("The evaluation was cancelled."); }

  Result<void> make_windows() {
    auto test = label_window(data_, cutoff_, options_.rule);
    if (!test) return test.error();
    test_ = std::move(*test);
    std::vector<Timestamp> cutoffs;
    for (Timestamp at = cutoff_ - options_.rule.horizon; at >= data_.first + options_.first_history;
         at -= options_.step)
      cutoffs.push_back(at);
    std::reverse(cutoffs.begin(), cutoffs.end());
    for (const Timestamp at : cutoffs) {
      if (cancelled_) return stopped();
      auto window = label_window(data_, at, options_.rule);
      if (!window) return window.error();
      windows_.push_back(std::move(*window));
      progress_(0.4 * static_cast<double>(windows_.size()) / static_cast<double>(cutoffs.size()));
    }
    while (earlier_ < windows_.size() && windows_[earlier_].cutoff + options_.rule.horizon <= latest().cutoff)
      ++earlier_;
    if (earlier_ < kFewestWindows)
      return rejected("Too little lies before " + to_rfc3339(cutoff_).substr(0, 10) +
                      " to learn from and to check by.");
    out_.cutoff = cutoff_;
    out_.windows = static_cast<std::int64_t>(windows_.size());
    out_.first_window = windows_.front().cutoff;
    out_.latest_window = latest().cutoff;
    out_.latest_churn_rate = latest().churn_rate();
    for (const auto& window : windows_)
      out_.mean_churn_rate += window.churn_rate() / static_cast<double>(windows_.size());
    out_.same_season = same_season();
    return {};
  }

  // Within half a step of the same days of the year, or a week where steps are short: seasons move by as much.
  std::optional<SeasonWindow> same_season() const {
    static constexpr std::chrono::days kYear{365};
    const auto nearest = [this](const LabelledWindow& window) {
      const auto off = (cutoff_ - window.cutoff) % kYear;
      return std::min(off, kYear - off);
    };
    const auto found = std::ranges::min_element(windows_, {}, nearest);
    if (nearest(*found) > std::max(options_.step / 2, std::chrono::days{7})) return std::nullopt;
    return SeasonWindow{found->cutoff, found->churn_rate()};
  }

  Result<void> find_rounds() {
    Matrix before = gather(windows_, earlier_, kAll);
    const auto start = Start::fit(before);
    if (!start) return start.error();
    start->begin(before);
    Matrix check;
    check.columns = before.columns;
    check.values = latest().values;
    for (const bool churned : latest().churned) check.labels.push_back(churned ? 1.0F : 0.0F);
    start->begin(check);
    const auto fitted = fit_xgboost(before, check, boosting(options_, before), silent_, cancelled_);
    if (!fitted) return fitted.error();
    out_.rounds = fitted->rounds;
    progress_(0.5);
    return {};
  }

  Result<Boosted> boost(Matrix rows) const {
    auto start = Start::fit(rows);
    if (!start) return start.error();
    start->begin(rows);
    FitOptions fit = boosting(options_, rows);
    fit.max_rounds = out_.rounds;
    fit.early_stopping_rounds = 0;
    const auto fitted = fit_xgboost(rows, {}, fit, silent_, cancelled_);
    if (!fitted) return fitted.error();
    auto trees = load_xgboost_model(fitted->bytes, rows.columns);
    if (!trees) return trees.error();
    return Boosted{std::move(*start), std::move(*trees)};
  }

  Result<void> calibrate() {
    std::vector<double> scores(latest().size());
    for (std::size_t part = 0; part < kCustomerParts; ++part) {
      const auto others = [&](std::size_t customer) { return part_of(customer, options_.seed) != part; };
      const auto model = boost(gather(windows_, windows_.size(), others));
      if (!model) return model.error();
      for (std::size_t i = 0; i < latest().size(); ++i) {
        if (!others(latest().customers[i])) {
          const auto row = row_of(latest().values, i);
          scores[i] = model->score(model->trees->predict(row), row);
        }
      }
      progress_(0.5 + 0.06 * static_cast<double>(part + 1));
    }
    auto chosen = choose_calibration(scores, latest().churned);
    if (!chosen) return chosen.error();
    out_.calibration = std::move(*chosen);
    return {};
  }

  Result<void> judge_model() {
    const Matrix rows = gather(windows_, windows_.size(), kAll);
    out_.training_rows = static_cast<std::int64_t>(rows.rows());
    const auto model = boost(rows);
    if (!model) return model.error();
    const Calibration& latest_alone = out_.calibration.calibration;
    const Calibration steady = damped(latest_alone);
    std::vector<double> raw, by_latest, calibrated, strength(rows.columns, 0);
    std::vector<double> mean_start(rows.columns, 0);  // contributions count from the average customer
    for (std::size_t i = 0; i < test_.size(); ++i) {
      const auto parts = model->start.contributions(row_of(test_.values, i));
      for (std::size_t c = 0; c < rows.columns; ++c) mean_start[c] += parts[c] / static_cast<double>(test_.size());
    }
    for (std::size_t i = 0; i < test_.size(); ++i) {
      const auto row = row_of(test_.values, i);
      const ModelOutput trees = model->trees->predict(row);
      const double score = model->score(trees, row);
      raw.push_back(score);
      by_latest.push_back(latest_alone(score));
      calibrated.push_back(steady(score));
      const auto parts = model->start.contributions(row);
      for (std::size_t c = 0; c < rows.columns; ++c) strength[c] += std::abs(trees.shap[c] + parts[c] - mean_start[c]);
    }
    add(kModelName, calibrated);
    add(kLatestWindowName, by_latest);
    add(kRawModelName, raw);
    for (std::size_t c = 0; c < rows.columns; ++c) {
      out_.importance.push_back(
          {std::string{purchase_features()[c].name}, strength[c] / static_cast<double>(test_.size())});
    }
    std::stable_sort(out_.importance.begin(), out_.importance.end(),
                     [](const auto& a, const auto& b) { return a.mean_abs_shap > b.mean_abs_shap; });
    progress_(0.95);
    return {};
  }

  Result<void> judge_served() {
    const auto served =
        scores_served(data_, test_, options_.rule, options_.events_late, options_.seed, cancelled_);
    if (!served) return served.error();
    add(kServedName, served->scores);
    add(kRawServedName, served->before);
    out_.served_training_rows = served->model.metrics.training_samples;
    out_.served_cutoffs = static_cast<std::int64_t>(served->cutoffs.size());
    out_.served_rounds = served->model.metrics.rounds;
    out_.served_calibration = served->model.calibration.kind;
    out_.served_start = served->model.start.has_value();
    return {};
  }

  Result<void> judge_baselines() {
    const Matrix rows = gather(windows_, windows_.size(), kAll);
    const auto logistic = logistic_scores(rows, test_, rows.columns);
    if (!logistic) return logistic.error();
    add(kLogisticName, *logistic);
    std::vector<double> silence;
    for (const std::size_t customer : test_.customers) {
      silence.push_back(test_.habits.no_purchase_within(static_cast<double>(options_.rule.horizon.count()) / 7,
                                                        repeat_purchases(data_.customers[customer], cutoff_)));
    }
    add(kBgNbdName, silence);
    // A line through one column keeps its order, so the areas are those of the recency itself.
    const auto recency = logistic_scores(rows, test_, kRecencyColumn + 1);
    if (!recency) return recency.error();
    add(kRecencyName, *recency);
    return {};
  }

  void add(std::string_view name, const std::vector<double>& scores) {
    out_.contenders.push_back({std::string{name}, report_scores(scores, test_.churned)});
  }

  const PurchaseData& data_;
  const Timestamp cutoff_;
  const OutOfTimeOptions& options_;
  const std::function<void(double)>& progress_;
  const std::atomic<bool>& cancelled_;
  const std::function<void(double)> silent_ = [](double) {};
  LabelledWindow test_;
  Windows windows_;          // oldest first
  std::size_t earlier_ = 0;  // how many end before the latest begins
  CutoffJudgement out_;
};

}  // namespace

Result<CutoffJudgement> judge_out_of_time(const PurchaseData& data, Timestamp cutoff, const OutOfTimeOptions& options,
                                          const std::function<void(double)>& progress,
                                          const std::atomic<bool>& cancelled) {
  return Judge{data, cutoff, options, progress, cancelled}.run();
}

}  // namespace qm::reco
