#include "RecoEngine-featurestore/evaluation/bg_nbd.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace qm::reco {
namespace {

// As published for the CDNOW sample, in weeks.
const BgNbd kPublished{0.243, 4.414, 0.793, 2.426};

// The mean of `value` over a density on (0, most), by brute force.
template <class Density, class Value>
double mean_over(double most, Density density, Value value) {
  constexpr int kSteps = 20'000;
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double at = (i + 0.5) * most / kSteps;
    sum += density(at) * value(at) * most / kSteps;
  }
  return sum;
}

// The same chances from the model's story: each rate and each chance to go, weighed by its density.
struct Story {
  double likelihood = 0, alive = 0, silent = 0;  // the latter two together with what the customer did
};
Story tell(const BgNbd& m, const RepeatPurchases& c, double horizon) {
  const auto gamma = [&](double rate) {
    return std::pow(m.alpha, m.r) * std::pow(rate, m.r - 1) * std::exp(-m.alpha * rate) / std::tgamma(m.r);
  };
  const auto beta = [&](double goes) {
    return std::tgamma(m.a + m.b) / (std::tgamma(m.a) * std::tgamma(m.b)) * std::pow(goes, m.a - 1) *
           std::pow(1 - goes, m.b - 1);
  };
  const auto bought_until = [&](double end) {
    return mean_over(20, gamma, [&](double rate) { return std::pow(rate, c.repeats) * std::exp(-rate * end); });
  };
  const double stays = mean_over(1, beta, [&](double goes) { return std::pow(1 - goes, c.repeats); });
  const double goes_last =
      c.repeats == 0 ? 0 : mean_over(1, beta, [&](double goes) { return goes * std::pow(1 - goes, c.repeats - 1); });
  const double gone = goes_last * bought_until(c.last_age);
  Story story;
  story.alive = stays * bought_until(c.age);
  story.likelihood = story.alive + gone;
  story.silent = stays * bought_until(c.age + horizon) + gone;
  return story;
}

TEST(BgNbd, AgreesWithAnIntegralOverAllCustomersThereCouldBe) {
  const BgNbd model{2, 3, 2, 3};
  const RepeatPurchases cases[] = {{0, 0, 5}, {1, 2, 9}, {4, 3.5, 4}};
  for (const auto& c : cases) {
    const Story story = tell(model, c, 2.5);
    EXPECT_NEAR(model.log_likelihood(c), std::log(story.likelihood), 1e-5) << c.repeats;
    EXPECT_NEAR(model.alive(c), story.alive / story.likelihood, 1e-5) << c.repeats;
    EXPECT_NEAR(model.no_purchase_within(2.5, c), story.silent / story.likelihood, 1e-5) << c.repeats;
  }
}

// The worked example of Hardie's note on the model in a spreadsheet: customer 0001, the 39 weeks to come.
TEST(BgNbd, ExpectsWhatItsAuthorsPublished) {
  EXPECT_NEAR(kPublished.expected_purchases(39, {2, 30.43, 38.86}), 1.226, 1e-3);
}

TEST(BgNbd, WaitingTellsMoreOfWhoBoughtOften) {
  EXPECT_GT(kPublished.alive({10, 38, 39}), kPublished.alive({10, 20, 39}));
  EXPECT_GT(kPublished.alive({2, 20, 39}), kPublished.alive({10, 20, 39}));
  EXPECT_DOUBLE_EQ(kPublished.alive({0, 0, 39}), 1);
  EXPECT_GT(kPublished.no_purchase_within(4, {2, 30, 39}), kPublished.no_purchase_within(13, {2, 30, 39}));
  EXPECT_DOUBLE_EQ(kPublished.no_purchase_within(0, {2, 30, 39}), 1);
  EXPECT_NEAR(kPublished.no_purchase_within(1e9, {2, 30, 39}), 1 - kPublished.alive({2, 30, 39}), 1e-6);
}

TEST(BgNbd, IsFoundAgainInWhatItWouldDo) {
  std::mt19937_64 random{7};
  std::gamma_distribution<double> first{0.8, 1}, second{2.4, 1}, rates{0.6, 1 / 5.0};
  std::uniform_real_distribution<double> uniform;
  std::vector<RepeatPurchases> customers;
  for (int i = 0; i < 3000; ++i) {
    const double x = first(random), goes = x / (x + second(random)), rate = rates(random);
    RepeatPurchases c{0, 0, 20 + 19 * uniform(random)};
    for (double at = 0; uniform(random) >= goes || c.repeats == 0;) {
      at -= std::log(1 - uniform(random)) / rate;
      if (at > c.age) break;
      ++c.repeats;
      c.last_age = at;
    }
    customers.push_back(c);
  }
  const BgNbd truth{0.6, 5, 0.8, 2.4}, found = fit_bg_nbd(customers).value();
  EXPECT_NEAR(found.r, truth.r, 0.12);
  EXPECT_NEAR(found.alpha, truth.alpha, 1.2);
  EXPECT_NEAR(found.a / (found.a + found.b), truth.a / (truth.a + truth.b), 0.06);
  EXPECT_GE(found.log_likelihood(customers), truth.log_likelihood(customers));
}

TEST(BgNbd, RefusesWhatTellsNothing) {
  EXPECT_FALSE(fit_bg_nbd({{1, 2, 3}}));
  EXPECT_FALSE(fit_bg_nbd(std::vector<RepeatPurchases>(20, {0, 0, 30})));
  EXPECT_FALSE(fit_bg_nbd(std::vector<RepeatPurchases>(20, {1, 0, 0})));
}

}  // namespace
}  // namespace qm::reco
