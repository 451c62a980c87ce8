#include "RecoEngine-featurestore/evaluation/bg_nbd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "RecoEngine-featurestore/evaluation/nelder_mead.hpp"

namespace qm::reco {

namespace {

// ln Γ(z + n) − ln Γ(z) for n = 0, 1, …, most: a sum of logarithms, without ln Γ itself.
std::vector<double> log_rising(double z, int most) {
  std::vector<double> sums{0.0};
  for (int i = 0; i < most; ++i) sums.push_back(sums.back() + std::log(z + i));
  return sums;
}

// What of the likelihood depends on the number of repeats alone.
class ByRepeats {
 public:
  ByRepeats(const BgNbd& model, int most)
      : rates_(log_rising(model.r, most)),
        stays_(log_rising(model.b, most)),
        all_(log_rising(model.a + model.b, most)) {}
  double operator[](int repeats) const {
    const auto x = static_cast<std::size_t>(repeats);
    return rates_[x] + stays_[x] - all_[x];
  }

 private:
  std::vector<double> rates_, stays_, all_;
};

double log_of_sum(double a, double b) {
  const double high = std::max(a, b);
  return high + std::log1p(std::exp(std::min(a, b) - high));
}

double log_likelihood_of(const BgNbd& m, const RepeatPurchases& c, const ByRepeats& by_repeats) {
  const double shape = m.r + c.repeats;
  const double stayed = -shape * std::log(m.alpha + c.age);
  const double base = by_repeats[c.repeats] + m.r * std::log(m.alpha);
  if (c.repeats == 0) return base + stayed;
  const double gone = std::log(m.a) - std::log(m.b + c.repeats - 1) - shape * std::log(m.alpha + c.last_age);
  return base + log_of_sum(stayed, gone);
}

// Gauss's ₂F₁(a, b; c; z) by its series, 0 ≤ z < 1.
double hypergeometric(double a, double b, double c, double z) {
  constexpr int kMaxTerms = 100'000;
  double term = 1, sum = 1;
  for (int n = 0; n < kMaxTerms && std::abs(term) > 1e-16 * std::abs(sum); ++n) {
    term *= (a + n) * (b + n) / ((c + n) * (1 + n)) * z;
    sum += term;
  }
  return sum;
}

// Odds of being gone against being alive.
double gone_odds(const BgNbd& m, const RepeatPurchases& c) {
  if (c.repeats == 0) return 0;
  return m.a / (m.b + c.repeats - 1) * std::pow((m.alpha + c.age) / (m.alpha + c.last_age), m.r + c.repeats);
}

}  // namespace

double BgNbd::log_likelihood(const RepeatPurchases& customer) const {
  return log_likelihood_of(*this, customer, {*this, customer.repeats});
}

double BgNbd::log_likelihood(const std::vector<RepeatPurchases>& customers) const {
  int most = 0;
  for (const auto& customer : customers) most = std::max(most, customer.repeats);
  const ByRepeats by_repeats{*this, most};
  double sum = 0;
  for (const auto& customer : customers) sum += log_likelihood_of(*this, customer, by_repeats);
  return sum;
}

double BgNbd::alive(const RepeatPurchases& customer) const { return 1 / (1 + gone_odds(*this, customer)); }

double BgNbd::no_purchase_within(double horizon, const RepeatPurchases& c) const {
  const double silent = std::pow((alpha + c.age) / (alpha + c.age + horizon), r + c.repeats);
  return 1 - alive(c) * (1 - silent);
}

double BgNbd::expected_purchases(double horizon, const RepeatPurchases& c) const {
  const double away_from_one = std::abs(a - 1) < 1e-6 ? 1 + 1e-6 : a;
  const double shape = r + c.repeats, whole = alpha + c.age + horizon;
  const double series = hypergeometric(shape, b + c.repeats, away_from_one + b + c.repeats - 1, horizon / whole);
  const double shrunk = std::pow((alpha + c.age) / whole, shape) * series;
  return (away_from_one + b + c.repeats - 1) / (away_from_one - 1) * (1 - shrunk) * alive(c);
}

Result<BgNbd> fit_bg_nbd(const std::vector<RepeatPurchases>& customers) {
  constexpr std::size_t kFewest = 10;
  constexpr double kFarthest = 12;  // of a parameter's logarithm: beyond it the likelihood is flat
  if (customers.size() < kFewest) return rejected("BG/NBD wants at least ten customers.");
  if (std::all_of(customers.begin(), customers.end(), [](const auto& c) { return c.repeats == 0; }))
    return rejected("BG/NBD wants customers who bought more than once.");
  double mean_age = 0;
  for (const auto& customer : customers) mean_age += customer.age / static_cast<double>(customers.size());
  if (!(mean_age > 0)) return rejected("BG/NBD wants customers who were observed for some time.");

  // The search runs over logarithms, since all four are positive; times as shares of the mean age.
  const auto model_at = [mean_age](const std::vector<double>& logs) {
    return BgNbd{std::exp(logs[0]), std::exp(logs[1]) * mean_age, std::exp(logs[2]), std::exp(logs[3])};
  };
  const auto unlikely = [&](const std::vector<double>& logs) {
    for (const double log : logs) {
      if (std::abs(log) > kFarthest) return std::numeric_limits<double>::infinity();
    }
    return -model_at(logs).log_likelihood(customers);
  };
  Minimum found = minimize(unlikely, {-0.7, -0.7, -0.7, 0.3});
  // From where it ended, with a fresh simplex: one that has collapsed too early is noticed so.
  found = minimize(unlikely, found.at, {0.2, 1e-11, 4000});
  if (!found.converged) return rejected("BG/NBD's parameters do not settle on these customers.");
  return model_at(found.at);
}

}  // namespace qm::reco
