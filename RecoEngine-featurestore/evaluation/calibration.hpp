// Turns scores into probabilities that come true: a rising function from score to probability, learnt from scores whose
// outcome is known and that the model was not trained on.
#pragma once
#include <string_view>
#include <vector>

#include "platform/core/result.hpp"

namespace qm::reco {

enum class CalibrationKind {
  none,      // scores stay as they are
  platt,     // a straight line through log-odds (Platt, «Probabilistic Outputs for Support Vector Machines», 1999)
  isotonic,  // steps that never fall (Zadrozny, Elkan 2002), joined by straight lines
};
std::string_view to_string(CalibrationKind kind) noexcept;

// Pure and thread-safe. Never changes which of two scores is higher, but may make them equal (isotonic).
struct Calibration {
  CalibrationKind kind = CalibrationKind::none;
  double slope = 1, intercept = 0;            // platt: log-odds → slope × log-odds + intercept; slope ≥ 0
  std::vector<double> scores, probabilities;  // isotonic: corners, rising

  double weight = 1;  // 0…1: of this against the score itself, in log-odds; see damped()

  // Whether this is such a function: of one that was read from somewhere.
  bool sound() const;

  // Of a score in 0…1; what lies beyond the corners gets the outermost probability.
  double operator()(double score) const;

 private:
  double between(double score) const;
};

// Halfway, or `weight` of the way, from the score to what the calibration makes of it, in log-odds. The level of one
// window is what its season was; the model's own is the mean of all that it learnt from. Of two forecasts whose errors
// nobody can weigh, the mean is the one that holds (Bates, Granger: «The Combination of Forecasts», 1969).
Calibration damped(Calibration calibration, double weight = 0.5);

// Both are Rejected when fewer than two outcomes of each kind are known; std::invalid_argument when sizes do not fit.
Result<Calibration> fit_platt(const std::vector<double>& scores, const std::vector<bool>& labels);
Result<Calibration> fit_isotonic(const std::vector<double>& scores, const std::vector<bool>& labels);

struct ChosenCalibration {
  Calibration calibration;
  // Log loss of each kind on customers that it was not fitted on (five folds); what decided.
  double none_loss = 0, platt_loss = 0, isotonic_loss = 0;
};

// The kind that did best on customers held out in turn, fitted on all of them. Every fifth customer is a fold: the
// order should mean nothing. Rejected as above.
Result<ChosenCalibration> choose_calibration(const std::vector<double>& scores, const std::vector<bool>& labels);

}  // namespace qm::reco
