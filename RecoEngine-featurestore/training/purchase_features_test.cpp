#include "RecoEngine-featurestore/training/purchase_features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "RecoEngine-featurestore/training/labelled_window.hpp"
#include "RecoEngine-featurestore/training/purchases_fixture.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
const BgNbd kHabits{0.6, 6, 0.5, 2};
const Timestamp kCutoff = test::kNow;

float feature(const std::vector<float>& row, std::string_view name) {
  const auto table = purchase_features();
  for (std::size_t c = 0; c < table.size(); ++c) {
    if (table[c].name == name) return row[c];
  }
  throw std::invalid_argument("no such feature");
}

PurchaseHistory four_orders() {
  PurchaseHistory history{"a", {}, {}};
  for (const int ago : {300, 100, 40, 10}) history.purchases.push_back({kCutoff - days{ago}, Money{100 * ago}, ago});
  history.purchases.insert(history.purchases.begin() + 3, {kCutoff - days{40} + hours{1}, Money{700}, 1});
  history.returns.push_back({kCutoff - days{20}, Money{100}, 1});
  return history;
}

TEST(PurchaseFeatures, AreWhatTheirMeaningsSay) {
  const auto row = purchase_features_at(four_orders(), kCutoff, kHabits, days{90});
  const struct {
    const char* name;
    double value;
  } cases[] = {{"recency", 10},
               {"tenure", 300},
               {"orders_30d", 1},
               {"orders_90d", 3},
               {"orders_180d", 4},
               {"orders_365d", 5},
               {"amount_90d", 57},
               {"amount_365d", 457},
               {"amount_mean", 457 / 5.0},
               {"lines_mean", 451 / 5.0},
               {"days_bought", 4},
               {"gap_mean", 290 / 3.0},
               {"lateness", 10 / (290 / 3.0)},
               {"age_2nd", 40},
               {"age_3rd", 100},
               {"months_active", 4},
               {"season", 1},
               {"returns_365d", 1}};
  for (const auto& c : cases) EXPECT_NEAR(feature(row, c.name), c.value, 1e-3) << c.name;
  EXPECT_NEAR(feature(row, "pulse_30d"),
              std::exp2(-10 / 30.0) + std::exp2(-40 / 30.0) + std::exp2(-100 / 30.0) + std::exp2(-300 / 30.0), 1e-5);
  EXPECT_NEAR(feature(row, "silence"), kHabits.no_purchase_within(90 / 7.0, repeat_purchases(four_orders(), kCutoff)),
              1e-6);
}

TEST(PurchaseFeatures, OfASinglePurchaseDoNotPretend) {
  PurchaseHistory history{"a", {{kCutoff - days{5}, Money{100}, 1}}, {}};
  const auto row = purchase_features_at(history, kCutoff, kHabits, days{90});
  for (const char* name : {"gap_mean", "lateness", "age_2nd", "age_3rd"}) EXPECT_TRUE(std::isnan(feature(row, name)));
  EXPECT_EQ(repeat_purchases(history, kCutoff).repeats, 0);
}

// Whatever happens later, what was known at the cutoff stays bit for bit what it was.
TEST(PurchaseFeatures, KnowNothingOfTheFuture) {
  auto data = simulated_purchases(300, 1);
  const Timestamp cutoff = data.last - days{200};
  const auto before = label_window(data, cutoff).value();
  for (auto& history : data.customers) {
    const Timestamp planted = cutoff + days{100};
    std::erase_if(history.purchases, [&](const Purchase& p) { return p.at >= cutoff + days{90}; });
    history.purchases.push_back({planted, Money{1'000'000}, 99});
    history.returns.push_back({planted, Money{1'000'000}, 99});
  }
  const auto after = label_window(data, cutoff).value();
  ASSERT_EQ(before.values.size(), after.values.size());
  EXPECT_EQ(std::memcmp(before.values.data(), after.values.data(), before.values.size() * sizeof(float)), 0);
  EXPECT_EQ(before.churned, after.churned);
}

TEST(LabelledWindow, JudgesWhoWasActiveByTheHorizon) {
  PurchaseData data = simulated_purchases(50, 2);
  const Timestamp cutoff = data.last - days{90};
  const auto add = [&](const char* name, std::initializer_list<std::chrono::milliseconds> from_cutoff) {
    PurchaseHistory history{name, {}, {}};
    for (const auto offset : from_cutoff) history.purchases.push_back({cutoff + offset, Money{100}, 1});
    data.customers.push_back(std::move(history));
  };
  const std::chrono::milliseconds instant{1};
  add("stays: at the cutoff itself", {-days{3}, days{0}});
  add("stays: at the horizon's last instant", {-days{365}, days{90} - instant});
  add("left: just behind the horizon", {-days{3}, days{90}});
  add("not judged: long gone", {-days{365} - instant});
  add("not judged: yet to come", {days{1}});
  const auto window = label_window(data, cutoff).value();
  std::map<std::string, bool> churned;
  for (std::size_t i = 0; i < window.size(); ++i) {
    if (window.customers[i] >= 50) churned[data.customers[window.customers[i]].customer] = window.churned[i];
  }
  const std::map<std::string, bool> expected{{"stays: at the cutoff itself", false},
                                             {"stays: at the horizon's last instant", false},
                                             {"left: just behind the horizon", true}};
  EXPECT_EQ(churned, expected);
  EXPECT_FALSE(label_window(data, cutoff + instant)) << "its horizon has not passed yet";
  EXPECT_FALSE(label_window(data, data.first - days{1})) << "nobody is known";
}

}  // namespace
}  // namespace qm::reco
