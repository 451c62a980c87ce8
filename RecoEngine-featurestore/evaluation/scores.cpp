#include "RecoEngine-featurestore/evaluation/scores.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>

namespace qm::reco {

namespace {

using Scores = std::vector<double>;
using Labels = std::vector<bool>;

constexpr double kCertain = 1e-12;

double as_double(std::size_t count) { return static_cast<double>(count); }

void must_fit(const Scores& scores, const Labels& labels) {
  if (scores.size() != labels.size()) throw std::invalid_argument("as many scores as labels are wanted");
  if (std::any_of(scores.begin(), scores.end(), [](double score) { return std::isnan(score); }))
    throw std::invalid_argument("a score is no number");
}

std::size_t left_among(const Labels& labels) {
  return static_cast<std::size_t>(std::count(labels.begin(), labels.end(), true));
}

// Customers of one score.
struct Tie {
  double score = 0;
  std::size_t count = 0;
  std::size_t left = 0;
};

// Lowest score first.
std::vector<Tie> ties_of(const Scores& scores, const Labels& labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  std::vector<Tie> ties;
  for (const std::size_t i : order) {
    if (ties.empty() || ties.back().score != scores[i]) ties.push_back({scores[i], 0, 0});
    ++ties.back().count;
    if (labels[i]) ++ties.back().left;
  }
  return ties;
}

double mean_over(const Scores& scores, const Labels& labels, const std::function<double(double, bool)>& loss) {
  must_fit(scores, labels);
  if (scores.empty()) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) sum += loss(scores[i], labels[i]);
  return sum / as_double(scores.size());
}

}  // namespace

double roc_auc(const Scores& scores, const Labels& labels) {
  must_fit(scores, labels);
  const double left = as_double(left_among(labels)), stayed = as_double(labels.size()) - left;
  if (left == 0 || stayed == 0) return 0.5;
  double below = 0, wins = 0;  // of those who stayed, with lower scores; pairs in which the one who left scores higher
  for (const Tie& tie : ties_of(scores, labels)) {
    const double stayed_here = as_double(tie.count - tie.left);
    wins += as_double(tie.left) * (below + stayed_here / 2);
    below += stayed_here;
  }
  return wins / (left * stayed);
}

double roc_auc_error(double area, std::int64_t left, std::int64_t stayed) noexcept {
  if (left <= 0 || stayed <= 0) return 1;
  const double a = std::clamp(area, 0.0, 1.0);
  const auto l = static_cast<double>(left), s = static_cast<double>(stayed);
  const double q1 = a / (2 - a), q2 = 2 * a * a / (1 + a);
  return std::sqrt((a * (1 - a) + (l - 1) * (q1 - a * a) + (s - 1) * (q2 - a * a)) / (l * s));
}

double pr_auc(const Scores& scores, const Labels& labels) {
  must_fit(scores, labels);
  const double left = as_double(left_among(labels));
  if (left == 0) return 0;
  const auto ties = ties_of(scores, labels);
  double seen = 0, found = 0, area = 0;
  for (auto tie = ties.rbegin(); tie != ties.rend(); ++tie) {
    seen += as_double(tie->count);
    found += as_double(tie->left);
    area += as_double(tie->left) / left * found / seen;
  }
  return area;
}

double brier_score(const Scores& scores, const Labels& labels) {
  return mean_over(scores, labels, [](double score, bool left) {
    const double miss = score - (left ? 1 : 0);
    return miss * miss;
  });
}

double log_loss(const Scores& scores, const Labels& labels) {
  return mean_over(scores, labels, [](double score, bool left) {
    const double held = std::clamp(score, kCertain, 1 - kCertain);
    return -std::log(left ? held : 1 - held);
  });
}

std::vector<ScoreGroup> groups_of_equal_count(const Scores& scores, const Labels& labels, std::size_t groups) {
  must_fit(scores, labels);
  const auto ties = ties_of(scores, labels);
  const std::size_t customers = scores.size();
  std::vector<ScoreGroup> made;
  std::size_t tie = 0, taken = 0;  // taken: of ties[tie]
  for (std::size_t g = 0, begin = 0; g < groups; ++g) {
    const std::size_t end = (g + 1) * customers / groups;
    ScoreGroup group{end - begin, 0, 0};
    for (std::size_t wanted = group.count; wanted > 0;) {
      const Tie& from = ties[tie];
      const std::size_t here = std::min(wanted, from.count - taken);
      group.mean_score += from.score * as_double(here);
      group.observed += as_double(from.left) / as_double(from.count) * as_double(here);
      wanted -= here;
      taken += here;
      if (taken == from.count) ++tie, taken = 0;
    }
    begin = end;
    if (group.count == 0) continue;
    group.mean_score /= as_double(group.count);
    group.observed /= as_double(group.count);
    made.push_back(group);
  }
  return made;
}

std::vector<ScoreGroup> groups_of_equal_width(const Scores& scores, const Labels& labels, std::size_t groups) {
  must_fit(scores, labels);
  if (groups == 0) return {};
  std::vector<ScoreGroup> sums(groups);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double place = std::ceil(std::clamp(scores[i], 0.0, 1.0) * as_double(groups)) - 1;
    ScoreGroup& group = sums[std::min(groups - 1, static_cast<std::size_t>(std::max(0.0, place)))];
    ++group.count;
    group.mean_score += scores[i];
    group.observed += labels[i] ? 1 : 0;
  }
  std::vector<ScoreGroup> made;
  for (ScoreGroup group : sums) {
    if (group.count == 0) continue;
    group.mean_score /= as_double(group.count);
    group.observed /= as_double(group.count);
    made.push_back(group);
  }
  return made;
}

double calibration_error(const std::vector<ScoreGroup>& groups) {
  double sum = 0, customers = 0;
  for (const ScoreGroup& group : groups) {
    sum += as_double(group.count) * std::abs(group.observed - group.mean_score);
    customers += as_double(group.count);
  }
  return customers == 0 ? 0 : sum / customers;
}

std::vector<double> lift_by_decile(const Scores& scores, const Labels& labels) {
  constexpr std::size_t kDeciles = 10;
  const double left = as_double(left_among(labels));
  if (left == 0) return {};
  const double rate = left / as_double(labels.size());
  std::vector<double> lift;
  const auto groups = groups_of_equal_count(scores, labels, kDeciles);
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) lift.push_back(group->observed / rate);
  return lift;
}

ScoreReport report_scores(const Scores& scores, const Labels& labels) {
  ScoreReport report;
  report.customers = scores.size();
  if (scores.empty()) return report;
  report.churn_rate = as_double(left_among(labels)) / as_double(labels.size());
  report.mean_score = std::accumulate(scores.begin(), scores.end(), 0.0) / as_double(scores.size());
  report.roc_auc = roc_auc(scores, labels);
  report.pr_auc = pr_auc(scores, labels);
  report.brier = brier_score(scores, labels);
  report.log_loss = log_loss(scores, labels);
  report.calibration = groups_of_equal_count(scores, labels, kCalibrationGroups);
  report.calibration_error = calibration_error(groups_of_equal_width(scores, labels, kCalibrationGroups));
  report.calibration_error_equal_count = calibration_error(report.calibration);
  report.lift = lift_by_decile(scores, labels);
  return report;
}

}  // namespace qm::reco
