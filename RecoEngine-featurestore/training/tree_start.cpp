#include "RecoEngine-featurestore/training/tree_start.hpp"

#include <algorithm>
#include <cmath>

#include "RecoEngine-featurestore/evaluation/logistic_regression.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kMostLineRows = 200'000, kMostHabitCustomers = 50'000;
constexpr double kRidgeOfLine = 50;  // as in out_of_time.cpp
constexpr double kDaysAWeek = 7;

struct OrderColumns {
  std::size_t orders = find_model_column("orders_12m");
  std::size_t first = find_model_column("first_order_d");
  std::size_t last = find_model_column("days_last_purch");
};
const OrderColumns& order_columns() {
  static const OrderColumns columns;
  return columns;
}

double held_log_odds(double chance) {
  constexpr double kNearest = 1e-4;  // to 0 and 1
  const double held = std::clamp(chance, kNearest, 1 - kNearest);
  return std::log(held / (1 - held));
}

struct HabitParts {
  double rhythm = 0, silence = 0;  // log-odds, times the weight
};
HabitParts habit_parts_of(const OrderHabits& habits, const RepeatPurchases& known) {
  RepeatPurchases at_last_order = known;
  at_last_order.age = known.last_age;
  const double rhythm = held_log_odds(habits.model.no_purchase_within(habits.horizon_weeks, at_last_order));
  const double now = held_log_odds(habits.model.no_purchase_within(habits.horizon_weeks, known));
  return {habits.weight * rhythm, habits.weight * (now - rhythm)};
}

// Evenly chosen ones, `most` at most.
std::vector<std::size_t> some_of(const std::vector<std::size_t>& all, std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<std::size_t> some;
  some.reserve(most);
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * all.size() / most]);
  return some;
}

std::optional<OrderHabits> fit_habits(const LabelledRows& rows, const std::vector<std::size_t>& learned,
                                      const std::vector<std::size_t>& customers, std::chrono::days horizon) {
  std::vector<RepeatPurchases> known;
  for (const std::size_t i : some_of(customers, kMostHabitCustomers))
    if (const auto one = repeat_purchases(rows[i])) known.push_back(*one);
  const auto fitted = fit_bg_nbd(known);
  if (!fitted) return std::nullopt;
  OrderHabits habits;
  habits.model = *fitted;
  habits.horizon_weeks = static_cast<double>(horizon.count()) / kDaysAWeek;
  double count = 0;
  HabitParts sums;
  for (const std::size_t i : some_of(learned, kMostLineRows)) {
    const auto one = repeat_purchases(rows[i]);
    if (!one) continue;
    const HabitParts parts = habit_parts_of(habits, *one);
    sums.rhythm += parts.rhythm;
    sums.silence += parts.silence;
    ++count;
  }
  if (count == 0) return std::nullopt;
  habits.mean_rhythm = sums.rhythm / count;
  habits.mean_silence = sums.silence / count;
  return habits;
}

Result<LogisticRegression> fit_line_on(const LabelledRows& rows, const std::vector<std::size_t>& learned) {
  std::vector<float> values;
  std::vector<bool> labels;
  for (const std::size_t i : some_of(learned, kMostLineRows)) {
    for (const float value : rows[i]) values.push_back(flattened(value));
    labels.push_back(rows.left(i));
  }
  LogisticOptions options;
  options.ridge = kRidgeOfLine;
  for (const auto& column : model_columns()) options.signs.push_back(column.monotone);
  return LogisticRegression::fit(values, rows.width(), labels, options);
}

void add_habits(TreeStart& start, OrderHabits habits, double weight) {
  habits.weight = weight;
  habits.mean_rhythm *= weight;
  habits.mean_silence *= weight;
  start.base += habits.mean_rhythm + habits.mean_silence;
  start.habits = habits;
}

void add_line(TreeStart& start, const LogisticRegression& line, double weight) {
  start.base += weight * line.intercept();
  for (std::size_t c = 0; c < line.weights().size(); ++c) {
    const double slope = weight * line.weights()[c] / line.deviations()[c];
    if (slope != 0) start.line.push_back({model_columns()[c].name, slope, line.means()[c]});
  }
}

class StartedModel final : public ChurnModel {
 public:
  StartedModel(std::shared_ptr<const ChurnModel> trees, const TreeStart& start)
      : trees_(std::move(trees)), start_(start) {}

  ModelOutput predict(const std::vector<float>& row) const override {
    ModelOutput output = trees_->predict(row);
    output.margin += start_.explain(row, output.shap);
    output.base_value += start_.base();
    output.probability = 1 / (1 + std::exp(-output.margin));
    return output;
  }
  std::size_t columns() const override { return trees_->columns(); }
  ModelFootprint footprint() const override { return trees_->footprint(); }

 private:
  const std::shared_ptr<const ChurnModel> trees_;
  const StartScorer start_;
};

}  // namespace

bool TreeStart::sound() const {
  const auto finite = [](auto... numbers) { return (std::isfinite(numbers) && ...); };
  const auto fits = [&](const LinePart& part) {
    return find_model_column(part.column) < model_columns().size() && finite(part.weight, part.mean);
  };
  if (!finite(base) || !std::ranges::all_of(line, fits)) return false;
  if (!habits) return true;
  const BgNbd& m = habits->model;
  return finite(m.r, m.alpha, m.a, m.b, habits->mean_rhythm, habits->mean_silence, habits->weight) && m.r > 0 &&
         m.alpha > 0 && m.a > 0 && m.b > 0 && habits->weight >= 0 && habits->horizon_weeks > 0 &&
         finite(habits->horizon_weeks);
}

std::optional<RepeatPurchases> repeat_purchases(std::span<const float> row) {
  const OrderColumns& at = order_columns();
  const auto orders = static_cast<double>(row[at.orders]), first = static_cast<double>(row[at.first]),
             last = static_cast<double>(row[at.last]);
  if (std::isnan(orders) || std::isnan(first) || std::isnan(last) || orders < 1) return std::nullopt;
  RepeatPurchases known;
  // What merchants tell may say less of the first order than of the last.
  known.age = std::max(first, last) / kDaysAWeek;
  known.repeats = static_cast<int>(orders) - 1;
  if (known.repeats > 0) known.last_age = known.age - last / kDaysAWeek;
  return known;
}

std::optional<TreeStart> fit_start(const LabelledRows& rows, const std::vector<std::size_t>& learned,
                                   const std::vector<std::size_t>& customers, std::chrono::days horizon) {
  const auto habits = fit_habits(rows, learned, customers, horizon);
  const auto line = fit_line_on(rows, learned);
  if (!habits && !line) return std::nullopt;
  const double weight = habits && line ? 0.5 : 1;
  TreeStart start;
  if (habits) add_habits(start, *habits, weight);
  if (line) add_line(start, *line, weight);
  return start;
}

StartScorer::StartScorer(const TreeStart& start) : base_(start.base), habits_(start.habits) {
  for (const LinePart& part : start.line) line_.push_back({find_model_column(part.column), part.weight, part.mean});
}

double StartScorer::margin(std::span<const float> row) const { return explain(row, {}); }

double StartScorer::explain(std::span<const float> row, std::span<double> contributions) const {
  double sum = base_;
  const auto add = [&](std::size_t column, double part) {
    sum += part;
    if (!contributions.empty()) contributions[column] += part;
  };
  for (const Part& part : line_) {
    const float value = row[part.column];
    if (!std::isnan(value)) add(part.column, part.weight * (static_cast<double>(flattened(value)) - part.mean));
  }
  if (!habits_) return sum;
  const auto known = repeat_purchases(row);
  if (!known) return sum;
  const HabitParts parts = habit_parts_of(*habits_, *known);
  add(order_columns().orders, parts.rhythm - habits_->mean_rhythm);
  add(order_columns().last, parts.silence - habits_->mean_silence);
  return sum;
}

std::shared_ptr<const ChurnModel> started(std::shared_ptr<const ChurnModel> trees,
                                          const std::optional<TreeStart>& start) {
  if (!start) return trees;
  return std::make_shared<const StartedModel>(std::move(trees), *start);
}

}  // namespace qm::reco
