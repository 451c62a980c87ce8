#include "RecoEngine-featurestore/training/customer_traits.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

constexpr double kThereBefore = 0.6;  // share of the customers who were there before the simulation begins
constexpr double kOldestCustomer_d = 1500;
constexpr double kNewCustomersFor_d = 730;  // the others come one by one, evenly over so many days

}  // namespace

CustomerTraits draw_traits(Random& random) {
  CustomerTraits t;
  const bool there_before = random.chance(kThereBefore);
  const double when = random.uniform();
  t.joined_day =
      there_before ? -1 - static_cast<int>(kOldestCustomer_d * when) : static_cast<int>(kNewCustomersFor_d * when);
  t.visits_per_day = std::clamp(std::exp(random.normal(-1.6, 0.8)), 0.02, 2.0);
  t.buys_per_visit = std::clamp(random.normal(0.22, 0.09), 0.03, 0.6);
  t.price_sensitivity = random.uniform();
  t.patience = random.uniform();
  t.service_trouble = std::clamp(random.normal(0.12, 0.12), 0.01, 0.6);
  t.cart_hesitation = std::clamp(random.normal(0.3, 0.2), 0.02, 0.9);
  t.interest = std::clamp(random.normal(0.5, 0.22), 0.02, 0.98);
  t.lapse_per_day = 0.0004 + 0.003 * (1 - t.interest) * random.uniform();
  t.return_per_day = 0.004 * t.interest;
  t.keenness = std::clamp(random.normal(-0.2 + 0.6 * t.price_sensitivity + 0.5 * (t.interest - 0.5), 0.2), -0.6, 0.9);
  t.tier = std::clamp(static_cast<int>(random.normal(1.2 + t.visits_per_day, 0.9)), 0, 3);
  t.order_value = std::clamp(std::exp(random.normal(4.1, 0.55)), 8.0, 900.0);
  return t;
}

}  // namespace qm::reco
