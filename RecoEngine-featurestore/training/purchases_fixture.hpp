// For tests: customers who buy at a rate of their own until they stop, over two years.
#pragma once
#include <cmath>

#include "RecoEngine-featurestore/training/purchase_history.hpp"
#include "RecoEngine-featurestore/training/random.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {

inline PurchaseData simulated_purchases(std::size_t customers, std::uint64_t seed) {
  using std::chrono::days;
  constexpr int kDays = 730;
  Random random{seed};
  PurchaseData data;
  data.name = "simulated";
  data.first = test::kNow - days{kDays};
  data.last = test::kNow;
  data.hash = seed;
  for (std::size_t i = 0; i < customers; ++i) {
    PurchaseHistory history{std::to_string(i), {}, {}};
    const double every_days = 10 + 80 * random.uniform(), goes = 0.02 + 0.2 * random.uniform();
    for (double day = random.uniform(0, 500); day < kDays;) {
      const auto when = data.first + std::chrono::milliseconds{static_cast<std::int64_t>(day * 86'400'000)};
      history.purchases.push_back({when, Money{static_cast<std::int64_t>(random.uniform(500, 20000))}, 1});
      if (random.chance(0.05)) history.returns.push_back({when, Money{500}, 1});
      if (random.chance(goes)) break;
      day += 1 - every_days * std::log(1 - random.uniform());
    }
    data.customers.push_back(std::move(history));
  }
  return data;
}

}  // namespace qm::reco
