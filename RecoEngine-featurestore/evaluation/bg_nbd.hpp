// When a customer buys again, and whether at all, from three figures of the past alone: the BG/NBD model of Fader,
// Hardie and Lee, «"Counting Your Customers" the Easy Way» (Marketing Science, 2005). A customer buys at a rate of
// their own (gamma over all customers) until, after some purchase, they are gone (a chance of their own, beta over
// all).
#pragma once
#include <vector>

#include "platform/core/result.hpp"

namespace qm::reco {

// Of one customer. Times are in one unit of your choice, weeks as a rule; the model's α is in the same unit.
struct RepeatPurchases {
  int repeats = 0;      // purchases after the first; several of one day are one
  double last_age = 0;  // from the first purchase to the last; 0 without repeats
  double age = 0;       // from the first purchase to the end of observation; at least last_age
};

// Pure and thread-safe.
struct BgNbd {
  double r = 1, alpha = 1;  // of the rates' gamma
  double a = 1, b = 1;      // of the beta of the chance to go after a purchase

  // Natural logarithm of the chance of what one customer did, and of all of them.
  double log_likelihood(const RepeatPurchases& customer) const;
  double log_likelihood(const std::vector<RepeatPurchases>& customers) const;

  // That the customer is not gone at the end of observation.
  double alive(const RepeatPurchases& customer) const;

  // That no purchase follows within `horizon`: gone, or alive and silent. Who is alive at the end of observation has a
  // rate that is gamma with r + repeats and α + age, and is silent for t with ((α+age) / (α+age+t))^(r+repeats).
  double no_purchase_within(double horizon, const RepeatPurchases& customer) const;

  // Purchases to come within `horizon` (the paper's equation 10). For a ≠ 1; elsewhere the value beside it.
  double expected_purchases(double horizon, const RepeatPurchases& customer) const;
};

// The parameters under which what the customers did is likeliest. Rejected for fewer than ten customers, when nobody
// bought twice, or when the search does not settle.
Result<BgNbd> fit_bg_nbd(const std::vector<RepeatPurchases>& customers);

}  // namespace qm::reco
