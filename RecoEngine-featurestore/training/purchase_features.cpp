#include "RecoEngine-featurestore/training/purchase_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "platform/core/fnv1a.hpp"

namespace qm::reco {

namespace {

using std::chrono::days;

constexpr PurchaseFeature kFeatures[] = {
    {"recency", "days since the last purchase", +1},
    {"tenure", "days since the first purchase", 0},
    {"silence", "chance of no purchase within the horizon by BG/NBD, fitted to the past", +1},
    {"orders_30d", "orders in 30 days", 0},
    {"orders_90d", "orders in 90 days", 0},
    {"orders_180d", "orders in 180 days", 0},
    {"orders_365d", "orders in 365 days", 0},
    {"amount_90d", "spent in 90 days", 0},
    {"amount_365d", "spent in 365 days", 0},
    {"amount_mean", "mean amount of an order", 0},
    {"lines_mean", "mean lines of an order", 0},
    {"days_bought", "days on which something was bought, ever", 0},
    {"gap_mean", "mean days between days with purchases", 0},
    {"lateness", "recency over mean gap", 0},
    {"age_2nd", "days since the last but one day with purchases", 0},
    {"age_3rd", "days since the last but two", 0},
    {"months_active", "of the last twelve times 30 days, those with orders", 0},
    {"season", "orders 275 to 365 days ago: what last year brought within the horizon to come", 0},
    {"pulse_30d", "days with purchases, each fading by half in 30 days", 0},
    {"pulse_120d", "days with purchases, each fading by half in 120 days", 0},
    {"returns_365d", "returns in 365 days", 0},
};

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double days_between(Timestamp from, Timestamp to) {
  return std::chrono::duration<double, days::period>(to - from).count();
}

// The part of a list that lies before `at`.
std::span<const Purchase> before(const std::vector<Purchase>& all, Timestamp at) {
  const auto end =
      std::lower_bound(all.begin(), all.end(), at, [](const Purchase& p, Timestamp t) { return p.at < t; });
  return {all.begin(), end};
}

// First moments of the days on which something was bought, oldest first.
std::vector<Timestamp> days_of(std::span<const Purchase> purchases) {
  std::vector<Timestamp> made;
  for (const Purchase& p : purchases) {
    if (made.empty() || std::chrono::floor<days>(made.back()) != std::chrono::floor<days>(p.at)) made.push_back(p.at);
  }
  return made;
}

// Ages in days at the moment of asking, with what happened then.
class Ages {
 public:
  Ages(std::span<const Purchase> purchases, Timestamp at) {
    for (const Purchase& p : purchases)
      list_.push_back({days_between(p.at, at), static_cast<double>(p.amount.minor()) / 100});
  }
  double orders(double from, double to) const {
    return static_cast<double>(
        std::count_if(list_.begin(), list_.end(), [&](const auto& e) { return e.age > from && e.age <= to; }));
  }
  double amount(double to) const {
    double sum = 0;
    for (const auto& e : list_) sum += e.age <= to ? e.amount : 0;
    return sum;
  }
  double months_active() const {
    constexpr int kMonths = 12;
    bool active[kMonths] = {};
    for (const auto& e : list_) {
      const auto month = static_cast<int>(e.age / 30);
      if (month < kMonths) active[month] = true;
    }
    return static_cast<double>(std::count(std::begin(active), std::end(active), true));
  }

 private:
  struct Each {
    double age, amount;
  };
  std::vector<Each> list_;
};

double pulse(const std::vector<Timestamp>& bought, Timestamp at, double half_life_days) {
  double sum = 0;
  for (const Timestamp day : bought) sum += std::exp2(-days_between(day, at) / half_life_days);
  return sum;
}

// Days since the n-th last day with purchases, from 0.
double age_of_last(const std::vector<Timestamp>& bought, std::size_t n, Timestamp at) {
  return bought.size() <= n ? kUnknown : days_between(bought[bought.size() - 1 - n], at);
}

}  // namespace

std::span<const PurchaseFeature> purchase_features() noexcept { return kFeatures; }

std::uint64_t purchase_features_hash() noexcept {
  std::uint64_t hash = kFnv1aStart;
  for (const auto& feature : kFeatures) {
    hash = fnv1a(feature.meaning, fnv1a(feature.name, hash));
    hash = fnv1a(feature.monotone > 0 ? "+" : feature.monotone < 0 ? "-" : "0", hash);
  }
  return hash;
}

RepeatPurchases repeat_purchases(const PurchaseHistory& history, Timestamp at) {
  constexpr double kWeek = 7;
  const auto bought = days_of(before(history.purchases, at));
  return {static_cast<int>(bought.size()) - 1, days_between(bought.front(), bought.back()) / kWeek,
          days_between(bought.front(), at) / kWeek};
}

std::vector<float> purchase_features_at(const PurchaseHistory& history, Timestamp at, const BgNbd& habits,
                                        days horizon) {
  const auto purchases = before(history.purchases, at);
  const auto bought = days_of(purchases);
  const Ages ages{purchases, at};
  const Ages returns{before(history.returns, at), at};
  constexpr double kEver = std::numeric_limits<double>::infinity();
  const double orders = static_cast<double>(purchases.size()), recency = days_between(purchases.back().at, at);
  double lines = 0;
  for (const Purchase& p : purchases) lines += static_cast<double>(p.lines);
  const double gap = bought.size() < 2
                         ? kUnknown
                         : days_between(bought.front(), bought.back()) / static_cast<double>(bought.size() - 1);
  const double values[] = {
      recency,
      days_between(purchases.front().at, at),
      habits.no_purchase_within(static_cast<double>(horizon.count()) / 7, repeat_purchases(history, at)),
      ages.orders(-1, 30),
      ages.orders(-1, 90),
      ages.orders(-1, 180),
      ages.orders(-1, 365),
      ages.amount(90),
      ages.amount(365),
      ages.amount(kEver) / orders,
      lines / orders,
      static_cast<double>(bought.size()),
      gap,
      recency / gap,
      age_of_last(bought, 1, at),
      age_of_last(bought, 2, at),
      ages.months_active(),
      ages.orders(275, 365),
      pulse(bought, at, 30),
      pulse(bought, at, 120),
      returns.orders(-1, 365),
  };
  static_assert(std::size(values) == std::size(kFeatures));
  return {std::begin(values), std::end(values)};
}

}  // namespace qm::reco
