#include "RecoEngine-featurestore/evaluation/nelder_mead.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace qm::reco {
namespace {

using Point = std::vector<double>;

TEST(NelderMead, FindsTheBottomOfRosenbrocksValley) {
  const auto valley = [](const Point& p) { return 100 * std::pow(p[1] - p[0] * p[0], 2) + std::pow(1 - p[0], 2); };
  const Minimum found = minimize(valley, {-1.2, 1}, {0.5, 1e-12, 4000});
  EXPECT_TRUE(found.converged);
  EXPECT_NEAR(found.at[0], 1, 1e-4);
  EXPECT_NEAR(found.at[1], 1, 1e-4);
}

TEST(NelderMead, TurnsBackWhereTheFunctionIsNotDefined) {
  const auto half = [](const Point& p) {
    return p[0] <= 0 ? std::numeric_limits<double>::quiet_NaN() : p[0] - std::log(p[0]);
  };
  EXPECT_NEAR(minimize(half, {5}).at[0], 1, 1e-3);
}

TEST(NelderMead, EndsWhenItsEvaluationsRunOut) {
  int calls = 0;
  const auto slope = [&](const Point& p) { return ++calls, p[0]; };
  const Minimum found = minimize(slope, {0}, {0.5, 1e-9, 50});
  EXPECT_FALSE(found.converged);
  EXPECT_EQ(found.evaluations, calls);
  EXPECT_LE(calls, 53);
  EXPECT_LT(found.value, 0) << "the best point seen";
}

TEST(NelderMead, WantsAStartThatIsDefined) {
  EXPECT_THROW(minimize([](const Point&) { return 0.0; }, {}), std::invalid_argument);
  EXPECT_THROW(minimize([](const Point& p) { return std::log(p[0]); }, {-1}), std::invalid_argument);
}

}  // namespace
}  // namespace qm::reco
