#include "RecoEngine-featurestore/evaluation/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "RecoEngine-featurestore/evaluation/scores.hpp"

namespace qm::reco {

namespace {

using Scores = std::vector<double>;
using Labels = std::vector<bool>;

constexpr double kNearlyCertain = 1e-6;
constexpr std::size_t kFolds = 5;
constexpr std::size_t kFewest = 2;

double log_odds(double score) {
  const double held = std::clamp(score, kNearlyCertain, 1 - kNearlyCertain);
  return std::log(held / (1 - held));
}

double chance_of(double margin) { return 1 / (1 + std::exp(-margin)); }

Result<void> can_fit(const Scores& scores, const Labels& labels) {
  if (scores.size() != labels.size()) throw std::invalid_argument("as many scores as labels are wanted");
  const auto left = static_cast<std::size_t>(std::count(labels.begin(), labels.end(), true));
  if (left < kFewest || labels.size() - left < kFewest)
    return rejected("Calibration wants customers who left and customers who stayed.");
  return {};
}

Result<Calibration> fit(CalibrationKind kind, const Scores& scores, const Labels& labels) {
  switch (kind) {
    case CalibrationKind::platt:
      return fit_platt(scores, labels);
    case CalibrationKind::isotonic:
      return fit_isotonic(scores, labels);
    case CalibrationKind::none:
      break;
  }
  return Calibration{};
}

// Each customer judged by a calibration that was fitted without them.
Result<double> held_out_loss(CalibrationKind kind, const Scores& scores, const Labels& labels) {
  Scores probabilities(scores.size());
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    Scores known_scores;
    Labels known_labels;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (i % kFolds == fold) continue;
      known_scores.push_back(scores[i]);
      known_labels.push_back(labels[i]);
    }
    const auto fitted = fit(kind, known_scores, known_labels);
    if (!fitted) return fitted.error();
    for (std::size_t i = fold; i < scores.size(); i += kFolds) probabilities[i] = (*fitted)(scores[i]);
  }
  return log_loss(probabilities, labels);
}

// Neighbours that agree on a probability.
struct Block {
  double weight = 0, score = 0, outcome = 0;  // sums
  double mean() const { return outcome / weight; }
};

}  // namespace

std::string_view to_string(CalibrationKind kind) noexcept {
  switch (kind) {
    case CalibrationKind::none:
      return "none";
    case CalibrationKind::platt:
      return "platt";
    case CalibrationKind::isotonic:
      return "isotonic";
  }
  return "";
}

bool Calibration::sound() const {
  const auto is_chance = [](double p) { return p >= 0 && p <= 1; };
  if (!is_chance(weight) || !std::isfinite(slope) || slope < 0 || !std::isfinite(intercept)) return false;
  if (kind != CalibrationKind::isotonic) return true;
  return !scores.empty() && scores.size() == probabilities.size() && std::ranges::is_sorted(scores) &&
         std::ranges::is_sorted(probabilities) && std::ranges::all_of(scores, is_chance) &&
         std::ranges::all_of(probabilities, is_chance);
}

double Calibration::operator()(double score) const {
  if (kind == CalibrationKind::none) return score;
  const double made = kind == CalibrationKind::platt ? chance_of(slope * log_odds(score) + intercept) : between(score);
  return weight == 1 ? made : chance_of(weight * log_odds(made) + (1 - weight) * log_odds(score));
}

// On the line between the corners to the left and the right.
double Calibration::between(double score) const {
  const auto above = std::upper_bound(scores.begin(), scores.end(), score);
  if (above == scores.begin()) return probabilities.front();
  if (above == scores.end()) return probabilities.back();
  const auto i = static_cast<std::size_t>(above - scores.begin());
  const double share = (score - scores[i - 1]) / (scores[i] - scores[i - 1]);
  return probabilities[i - 1] + share * (probabilities[i] - probabilities[i - 1]);
}

Calibration damped(Calibration calibration, double weight) {
  calibration.weight = weight;
  return calibration;
}

// Newton's method on the two numbers, its steps halved until they lead down (Lin, Lin, Weng 2007), with Platt's
// targets: not quite 0 and 1, so that a clean separation stays finite.
Result<Calibration> fit_platt(const Scores& scores, const Labels& labels) {
  if (auto ready = can_fit(scores, labels); !ready) return ready.error();
  const auto left = static_cast<double>(std::count(labels.begin(), labels.end(), true));
  const double stayed = static_cast<double>(labels.size()) - left;
  const double high = (left + 1) / (left + 2), low = 1 / (stayed + 2);
  Scores odds;
  for (const double score : scores) odds.push_back(log_odds(score));
  const auto loss_at = [&](double slope, double intercept) {
    double loss = 0;
    for (std::size_t i = 0; i < odds.size(); ++i) {
      const double margin = slope * odds[i] + intercept;  // ln(1 + e^m) − target × m, without overflow
      loss += std::max(margin, 0.0) + std::log1p(std::exp(-std::abs(margin))) - (labels[i] ? high : low) * margin;
    }
    return loss;
  };
  Calibration made{CalibrationKind::platt, 0, 0, {}, {}, 1};
  double loss = loss_at(0, 0);
  for (int step = 0; step < 100; ++step) {
    double g_slope = 0, g_intercept = 0, h_slope = 1e-9, h_both = 0, h_intercept = 1e-9;
    for (std::size_t i = 0; i < odds.size(); ++i) {
      const double p = chance_of(made.slope * odds[i] + made.intercept);
      const double miss = p - (labels[i] ? high : low), bend = p * (1 - p);
      g_slope += miss * odds[i];
      g_intercept += miss;
      h_slope += bend * odds[i] * odds[i];
      h_both += bend * odds[i];
      h_intercept += bend;
    }
    const double determinant = h_slope * h_intercept - h_both * h_both;
    const double d_slope = (h_intercept * g_slope - h_both * g_intercept) / determinant;
    const double d_intercept = (h_slope * g_intercept - h_both * g_slope) / determinant;
    double share = 1, next = loss_at(made.slope - d_slope, made.intercept - d_intercept);
    for (; next > loss && share > 1e-6;
         next = loss_at(made.slope - share * d_slope, made.intercept - share * d_intercept))
      share /= 2;
    if (!(next < loss)) break;  // as low as it gets
    made.slope -= share * d_slope;
    made.intercept -= share * d_intercept;
    loss = next;
  }
  if (!std::isfinite(made.slope) || !std::isfinite(made.intercept) || made.slope < 0)
    return rejected("These scores do not rise with the risk.");
  return made;
}

// Pool adjacent violators (Ayer, Brunk, Ewing, Reid, Silverman 1955). A block's share is drawn towards one half by one
// customer of each kind, as Laplace has it, so that no probability is 0 or 1.
Result<Calibration> fit_isotonic(const Scores& scores, const Labels& labels) {
  if (auto ready = can_fit(scores, labels); !ready) return ready.error();
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] != scores[b] ? scores[a] < scores[b] : a < b; });
  std::vector<Block> blocks;
  double last = 0;
  for (const std::size_t i : order) {
    const double outcome = labels[i] ? 1 : 0;
    if (blocks.empty() || scores[i] != last) {
      blocks.push_back({1, scores[i], outcome});
    } else {
      blocks.back().weight += 1, blocks.back().score += scores[i], blocks.back().outcome += outcome;
    }
    last = scores[i];
  }
  std::vector<Block> pooled;
  for (const Block& block : blocks) {
    pooled.push_back(block);
    while (pooled.size() > 1 && pooled[pooled.size() - 2].mean() >= pooled.back().mean()) {
      const Block top = pooled.back();
      pooled.pop_back();
      pooled.back().weight += top.weight, pooled.back().score += top.score, pooled.back().outcome += top.outcome;
    }
  }
  Calibration made{CalibrationKind::isotonic, 1, 0, {}, {}, 1};
  for (const Block& block : pooled) {
    const double probability = (block.outcome + 1) / (block.weight + 2);
    const double floor = made.probabilities.empty() ? 0 : made.probabilities.back();
    made.scores.push_back(block.score / block.weight);
    made.probabilities.push_back(std::max(floor, probability));  // small blocks are drawn further: still no fall
  }
  return made;
}

Result<ChosenCalibration> choose_calibration(const Scores& scores, const Labels& labels) {
  if (auto ready = can_fit(scores, labels); !ready) return ready.error();
  ChosenCalibration chosen;
  CalibrationKind best = CalibrationKind::none;
  double lowest = 0;
  const std::pair<CalibrationKind, double ChosenCalibration::*> kinds[] = {
      {CalibrationKind::none, &ChosenCalibration::none_loss},
      {CalibrationKind::platt, &ChosenCalibration::platt_loss},
      {CalibrationKind::isotonic, &ChosenCalibration::isotonic_loss}};
  for (const auto& [kind, loss] : kinds) {
    const auto judged = held_out_loss(kind, scores, labels);
    if (!judged) return judged.error();
    chosen.*loss = *judged;
    if (kind == CalibrationKind::none || *judged < lowest) best = kind, lowest = *judged;
  }
  auto fitted = fit(best, scores, labels);
  if (!fitted) return fitted.error();
  chosen.calibration = std::move(*fitted);
  return chosen;
}

}  // namespace qm::reco
