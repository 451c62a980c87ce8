#include "RecoEngine-featurestore/evaluation/drift.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "RecoEngine-featurestore/evaluation/promotion_gate.hpp"

namespace qm::reco {

namespace {

// Both samples in bins that are large enough.
struct JoinedBins {
  std::vector<std::int64_t> reference, live;
};

// By what both hold together, which says nothing of how they differ.
JoinedBins join_small_bins(const std::vector<std::int64_t>& reference, std::span<const std::int64_t> live,
                           double share_of_smaller) {
  JoinedBins joined;
  std::int64_t ours = 0, theirs = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    ours += reference[i];
    theirs += live[i];
    if (static_cast<double>(ours + theirs) * share_of_smaller < kMinExpected) continue;
    joined.reference.push_back(std::exchange(ours, 0));
    joined.live.push_back(std::exchange(theirs, 0));
  }
  if (joined.live.empty()) return joined;
  joined.reference.back() += ours;
  joined.live.back() += theirs;
  return joined;
}

std::vector<double> quantile_edges(const std::vector<double>& rising) {
  std::vector<double> edges;
  for (std::size_t i = 1; i < kQuantileBins; ++i) {
    const double edge = rising[i * rising.size() / kQuantileBins];
    if ((edges.empty() || edge > edges.back()) && edge < rising.back()) edges.push_back(edge);
  }
  return edges;
}

}  // namespace

std::int64_t ReferenceHistogram::rows() const noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

ReferenceHistogram reference_histogram(std::string name, std::vector<double> values) {
  ReferenceHistogram made;
  made.name = std::move(name);
  const auto missing = std::erase_if(values, [](double value) { return std::isnan(value); });
  std::ranges::sort(values);
  std::vector<double> distinct;
  for (const double value : values) {
    if (!distinct.empty() && distinct.back() == value) continue;
    distinct.push_back(value);
    if (distinct.size() > kQuantileBins) break;
  }
  made.exact = distinct.size() <= kQuantileBins;
  made.edges = made.exact ? std::move(distinct) : quantile_edges(values);
  made.counts.assign(made.edges.size() + 2, 0);
  for (const double value : values) ++made.counts[drift_bin(made, value)];
  made.counts.back() = static_cast<std::int64_t>(missing);
  return made;
}

bool is_sound(const ReferenceHistogram& reference) noexcept {
  return reference.edges.size() <= kQuantileBins && reference.counts.size() == reference.edges.size() + 2 &&
         std::ranges::adjacent_find(reference.edges, std::ranges::greater_equal{}) == reference.edges.end() &&
         std::ranges::all_of(reference.counts, [](std::int64_t count) { return count >= 0; });
}

std::size_t drift_bin(const ReferenceHistogram& reference, double value) noexcept {
  const auto& edges = reference.edges;
  if (std::isnan(value)) return edges.size() + 1;
  const auto found = std::ranges::lower_bound(edges, value);
  if (reference.exact && (found == edges.end() || *found != value)) return edges.size();
  return static_cast<std::size_t>(found - edges.begin());
}

DriftFigure judge_drift(const ReferenceHistogram& reference, std::span<const std::int64_t> live, std::size_t tests) {
  if (live.size() != reference.counts.size()) throw std::invalid_argument{"the live bins are not the reference's"};
  DriftFigure figure;
  figure.name = reference.name;
  figure.reference_rows = reference.rows();
  figure.rows = std::accumulate(live.begin(), live.end(), std::int64_t{0});
  const std::int64_t smaller = std::min(figure.rows, figure.reference_rows);
  if (smaller < kMinDriftRows) return figure;
  figure.enough = true;
  const auto n = static_cast<double>(figure.reference_rows), m = static_cast<double>(figure.rows);
  const JoinedBins bins = join_small_bins(reference.counts, live, static_cast<double>(smaller) / (n + m));
  figure.statistic = stability_index(bins.reference, bins.live);
  // All in one bin, in both: nothing can differ, and any threshold will do.
  const double freedom = static_cast<double>(std::max<std::size_t>(bins.live.size(), 2) - 1);
  const double alarms = kFalseAlarmRate / static_cast<double>(std::max<std::size_t>(tests, 1));
  const boost::math::chi_squared_distribution<double> chance{freedom};
  figure.threshold = boost::math::quantile(boost::math::complement(chance, alarms)) * (1 / n + 1 / m);
  return figure;
}

}  // namespace qm::reco
