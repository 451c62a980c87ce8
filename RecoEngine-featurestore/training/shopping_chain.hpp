// What decides what a simulated customer does, as a Markov chain with steps of a day. It is small enough for the chance
// to buy within so many days to be computed, not estimated: so the effect of what changes a customer's standing is
// known exactly. Pure.
//
// Each step takes the same numbers by chance, whatever comes of them: two worlds that are given the same numbers differ
// only for as long as their standings do.
#pragma once
#include "RecoEngine-featurestore/training/customer_traits.hpp"

namespace qm::reco {

inline constexpr int kMostTrouble = 3;
inline constexpr int kMovedDays = 14;  // how long it lasts that a customer was moved

struct Standing {
  bool gone = false;   // has lost interest: neither visits nor buys
  int trouble = 0;     // 0…kMostTrouble: what is held against the shop
  int moved_days = 0;  // how long a nudge still moves the customer
  friend bool operator==(const Standing&, const Standing&) = default;
};

// In [0, 1), one each, every day.
struct DayDraws {
  explicit DayDraws(Random random);
  double recovers, returns, lapses, visits, finds_sale, fills_cart, leaves, pays, resents, goes_wrong, goes_badly,
      is_pleased;
};

enum class VisitEnd { None, Looked, LeftCart, PaymentFailed, Bought };  // None: no visit
struct ShoppingDay {
  VisitEnd end = VisitEnd::None;
  bool sale = false;   // prices were down
  bool wrong = false;  // the order will be late or not as wanted
  bool badly = false;  // and help will be slow
};

ShoppingDay live_a_day(const CustomerTraits& traits, Standing& standing, const DayDraws& draws);

// That at least one of the next `days` days ends with a purchase. Exact.
double chance_to_buy(const CustomerTraits& traits, const Standing& standing, int days);

}  // namespace qm::reco
