// How great the risk is that a customer leaves.
#pragma once
#include <algorithm>
#include <cmath>
#include <string_view>

namespace qm::reco {

enum class RiskSegment { low, medium, high, critical };

constexpr RiskSegment segment_of(double churn_probability) noexcept {
  if (churn_probability >= 0.8) return RiskSegment::critical;
  if (churn_probability >= 0.6) return RiskSegment::high;
  if (churn_probability >= 0.4) return RiskSegment::medium;
  return RiskSegment::low;
}

constexpr std::string_view to_string(RiskSegment segment) noexcept {
  switch (segment) {
    case RiskSegment::low: return "low";
    case RiskSegment::medium: return "medium";
    case RiskSegment::high: return "high";
    case RiskSegment::critical: return "critical";
  }
  return "";
}

// Distance from a coin's toss, 0.6…0.95.
inline double confidence_of(double churn_probability) noexcept {
  return std::clamp(2 * std::abs(churn_probability - 0.5), 0.6, 0.95);
}

// Nudges are for these only.
constexpr bool is_nudged(RiskSegment segment) noexcept {
  return segment == RiskSegment::high || segment == RiskSegment::critical;
}

}  // namespace qm::reco
