// The coupons of a run, season after season: each has its limits in the books, and two campaigns pay for them, one of
// which cannot pay for all. All coroutines run on the scene's thread.
#pragma once
#include <deque>

#include "tests/chaos/chaos_staff.hpp"

namespace qm::chaos {

struct Season {
  std::string limited;   // of 10 %, few for all customers together
  std::string each;      // twice per customer
  std::string percent;   // these three may be used together, as long as the campaign pays
  std::string amount;
  std::string shipping;
  std::string first;     // for a first order
  std::string personal;  // for those it is given to
  std::string applied;   // never at a checkout: by `apply`
  std::string campaign;  // the one that is short of money
};

// What a checkout says of coupons.
struct CouponWish {
  std::vector<std::string> codes;
  bool in_the_cart = false;  // put there before, and not named at the checkout
};

class Promotions {
 public:
  Promotions(Scene& scene, Staff& staff);

  // How many checkouts a season lasts.
  std::int64_t length() const { return length_; }
  // Gives the coupons of a season out; `favourites` get the personal one.
  Task<void> begin_season(std::int64_t number, std::vector<std::string> favourites);
  const Season* now() const { return seasons_.empty() ? nullptr : &seasons_.back(); }
  CouponWish wish(std::uint64_t dice) const;

  // Until nobody buys any more: raises budgets, and tries to lower them below what is bound.
  void start();

 private:
  Task<std::string> begin_campaign(std::string name, std::int64_t budget_minor);
  Task<void> give_out(CouponRule rule, std::string terms);
  Task<void> keep_budgets();

  Scene& scene_;
  Staff& staff_;
  const std::int64_t length_;
  std::deque<Season> seasons_;
};

}  // namespace qm::chaos
