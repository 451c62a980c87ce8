// The lowest point of a function of few variables, without derivatives: the simplex method of Nelder and Mead, «A
// simplex method for function minimization» (The Computer Journal, 1965), with its usual factors 1, 2, ½, ½.
#pragma once
#include <functional>
#include <vector>

namespace qm::reco {

struct SimplexOptions {
  double step = 0.5;        // from the start, along each axis, to the first simplex; above 0
  double tolerance = 1e-9;  // ends when the simplex's values lie this close together, relative to their size
  int max_evaluations = 4000;
};

struct Minimum {
  std::vector<double> at;
  double value = 0;
  int evaluations = 0;
  bool converged = false;  // false: the evaluations ran out, `at` is the best point seen
};

// `function` may give infinity or NaN where it is not defined: such a point counts as infinitely high. It must be
// finite at `start`, which has at least one variable; otherwise std::invalid_argument. Deterministic.
Minimum minimize(const std::function<double(const std::vector<double>&)>& function, const std::vector<double>& start,
                 const SimplexOptions& options = {});

}  // namespace qm::reco
