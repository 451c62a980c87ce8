#include "RecoEngine-featurestore/evaluation/nelder_mead.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace qm::reco {

namespace {

struct Vertex {
  std::vector<double> at;
  double value = 0;
};

class Simplex {
 public:
  Simplex(const std::function<double(const std::vector<double>&)>& function, const std::vector<double>& start,
          const SimplexOptions& options)
      : function_(function), options_(options) {
    vertices_.push_back(vertex(start));
    if (start.empty() || !std::isfinite(vertices_[0].value))
      throw std::invalid_argument("the search must start where the function is defined");
    for (std::size_t axis = 0; axis < start.size(); ++axis) {
      std::vector<double> at = start;
      at[axis] += options.step;
      vertices_.push_back(vertex(std::move(at)));
    }
    sort();
  }

  Minimum descend() {
    while (evaluations_ < options_.max_evaluations && !is_flat()) step();
    return {best().at, best().value, evaluations_, is_flat()};
  }

 private:
  const Vertex& best() const { return vertices_.front(); }
  Vertex& worst() { return vertices_.back(); }

  Vertex vertex(std::vector<double> at) {
    ++evaluations_;
    double value = function_(at);
    if (std::isnan(value)) value = std::numeric_limits<double>::infinity();
    return {std::move(at), value};
  }

  // Stable, so that equal values keep their age: the same search every time.
  void sort() {
    std::stable_sort(vertices_.begin(), vertices_.end(),
                     [](const Vertex& a, const Vertex& b) { return a.value < b.value; });
  }

  bool is_flat() const {
    const double low = vertices_.front().value, high = vertices_.back().value;
    return high - low <= options_.tolerance * (std::abs(low) + options_.tolerance);
  }

  // From the centre of all but the worst, `factor` of the way away from the worst.
  Vertex beyond(const std::vector<double>& centre, double factor) {
    std::vector<double> at(centre.size());
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = centre[i] + factor * (centre[i] - worst().at[i]);
    return vertex(std::move(at));
  }

  std::vector<double> centre() const {
    std::vector<double> sum(best().at.size(), 0.0);
    for (std::size_t v = 0; v + 1 < vertices_.size(); ++v) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += vertices_[v].at[i];
    }
    for (double& value : sum) value /= static_cast<double>(vertices_.size() - 1);
    return sum;
  }

  void shrink() {
    for (std::size_t v = 1; v < vertices_.size(); ++v) {
      std::vector<double> at = best().at;
      for (std::size_t i = 0; i < at.size(); ++i) at[i] += (vertices_[v].at[i] - at[i]) / 2;
      vertices_[v] = vertex(std::move(at));
    }
  }

  void step() {
    const auto middle = centre();
    Vertex reflected = beyond(middle, 1);
    if (reflected.value < best().value) {
      Vertex expanded = beyond(middle, 2);
      worst() = expanded.value < reflected.value ? std::move(expanded) : std::move(reflected);
    } else if (reflected.value < vertices_[vertices_.size() - 2].value) {
      worst() = std::move(reflected);
    } else {
      const bool outside = reflected.value < worst().value;
      Vertex contracted = beyond(middle, outside ? 0.5 : -0.5);
      if (contracted.value < std::min(reflected.value, worst().value)) {
        worst() = std::move(contracted);
      } else {
        shrink();
      }
    }
    sort();
  }

  const std::function<double(const std::vector<double>&)>& function_;
  const SimplexOptions options_;
  std::vector<Vertex> vertices_;  // lowest first
  int evaluations_ = 0;
};

}  // namespace

Minimum minimize(const std::function<double(const std::vector<double>&)>& function, const std::vector<double>& start,
                 const SimplexOptions& options) {
  return Simplex{function, start, options}.descend();
}

}  // namespace qm::reco
