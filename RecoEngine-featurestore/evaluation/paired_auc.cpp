#include "RecoEngine-featurestore/evaluation/paired_auc.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <stdexcept>

namespace qm::reco {

namespace {

// Ranks from 1; equal scores share the mean of theirs.
std::vector<double> midranks(const std::vector<double>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return scores[i]; });
  std::vector<double> ranks(scores.size());
  for (std::size_t from = 0; from < order.size();) {
    std::size_t to = from + 1;
    while (to < order.size() && scores[order[to]] == scores[order[from]]) ++to;
    for (std::size_t i = from; i < to; ++i) ranks[order[i]] = static_cast<double>(from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

// For each customer the share of the other kind that the scorer puts on the right side of them.
struct Placements {
  std::vector<double> left, stayed;
  double area = 0;
};

Placements placements(const std::vector<double>& scores, const std::vector<bool>& labels) {
  std::vector<double> of_left, of_stayed;
  for (std::size_t i = 0; i < scores.size(); ++i) (labels[i] ? of_left : of_stayed).push_back(scores[i]);
  const std::vector<double> among_all = midranks(scores);
  const std::vector<double> among_left = midranks(of_left), among_stayed = midranks(of_stayed);
  const auto n_left = static_cast<double>(of_left.size()), n_stayed = static_cast<double>(of_stayed.size());
  Placements found;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (labels[i]) found.left.push_back((among_all[i] - among_left[found.left.size()]) / n_stayed);
    else found.stayed.push_back(1 - (among_all[i] - among_stayed[found.stayed.size()]) / n_left);
  }
  found.area = std::accumulate(found.left.begin(), found.left.end(), 0.0) / n_left;
  return found;
}

double variance_of_difference(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean += (a[i] - b[i]) / n;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
  return squares / (n - 1);
}

}  // namespace

PairedAreas compare_areas(const std::vector<double>& a, const std::vector<double>& b, const std::vector<bool>& labels) {
  const auto left = std::ranges::count(labels, true), stayed = std::ranges::count(labels, false);
  if (a.size() != labels.size() || b.size() != labels.size() || left < 2 || stayed < 2)
    throw std::invalid_argument("areas are compared on the same customers, two of each kind at least");
  const Placements of_a = placements(a, labels), of_b = placements(b, labels);
  PairedAreas areas{of_a.area, of_b.area, 0};
  areas.error = std::sqrt(variance_of_difference(of_a.left, of_b.left) / static_cast<double>(left) +
                          variance_of_difference(of_a.stayed, of_b.stayed) / static_cast<double>(stayed));
  return areas;
}

}  // namespace qm::reco
