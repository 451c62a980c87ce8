#include "RecoEngine-featurestore/training/shopping_chain.hpp"

#include <algorithm>
#include <array>

namespace qm::reco {

namespace {

constexpr double kRecoversPerDay = 0.03;
constexpr double kSale = 0.25;
constexpr double kPaymentFails = 0.03;
constexpr double kResentsLeftCart = 0.25;
constexpr double kGoesBadly = 0.3;
constexpr double kIsPleased = 0.3;

// The chances of a day, as far as the customer is there.
struct DayOdds {
  double lapses, visits, fills_cart, leaves_at_sale, leaves_else;
  double leaves(bool sale) const { return sale ? leaves_at_sale : leaves_else; }
  double leaves() const { return kSale * leaves_at_sale + (1 - kSale) * leaves_else; }
};

DayOdds odds_of(const CustomerTraits& t, int trouble, bool moved) {
  DayOdds odds{};
  odds.lapses = (t.lapse_per_day + 0.013 * trouble * (1.1 - t.patience)) * (moved ? 0.3 : 1);
  odds.visits = 1 - std::exp(-t.visits_per_day * (1 - 0.2 * trouble) * (moved ? 2.5 : 1));
  odds.fills_cart = std::min(0.95, t.buys_per_visit * (moved ? 2.7 : 1.8));
  const double leaves = t.cart_hesitation + 0.08 * trouble - (moved ? 0.2 : 0);
  odds.leaves_at_sale = std::clamp(leaves - 0.1, 0.02, 0.97);
  odds.leaves_else = std::clamp(leaves + 0.35 * t.price_sensitivity, 0.02, 0.97);
  return odds;
}

int more(int trouble, int by) { return std::clamp(trouble + by, 0, kMostTrouble); }

}  // namespace

DayDraws::DayDraws(Random random)
    : recovers(random.uniform()),
      returns(random.uniform()),
      lapses(random.uniform()),
      visits(random.uniform()),
      finds_sale(random.uniform()),
      fills_cart(random.uniform()),
      leaves(random.uniform()),
      pays(random.uniform()),
      resents(random.uniform()),
      goes_wrong(random.uniform()),
      goes_badly(random.uniform()),
      is_pleased(random.uniform()) {}

ShoppingDay live_a_day(const CustomerTraits& traits, Standing& standing, const DayDraws& draws) {
  ShoppingDay day;
  const bool moved = standing.moved_days > 0;
  if (moved) --standing.moved_days;
  if (draws.recovers < kRecoversPerDay) standing.trouble = more(standing.trouble, -1);
  if (standing.gone) {
    if (draws.returns >= traits.return_per_day) return day;
    standing.gone = false;
  }
  const DayOdds odds = odds_of(traits, standing.trouble, moved);
  if (draws.lapses < odds.lapses) {
    standing.gone = true;
    return day;
  }
  if (draws.visits >= odds.visits) return day;
  day.end = VisitEnd::Looked;
  day.sale = draws.finds_sale < kSale;
  if (draws.fills_cart >= odds.fills_cart) return day;
  if (draws.leaves < odds.leaves(day.sale)) {
    day.end = VisitEnd::LeftCart;
    if (draws.resents < kResentsLeftCart) standing.trouble = more(standing.trouble, 1);
  } else if (draws.pays < kPaymentFails) {
    day.end = VisitEnd::PaymentFailed;
    standing.trouble = more(standing.trouble, 1);
  } else {
    day.end = VisitEnd::Bought;
    day.wrong = draws.goes_wrong < traits.service_trouble;
    day.badly = day.wrong && draws.goes_badly < kGoesBadly;
    if (day.wrong)
      standing.trouble = more(standing.trouble, day.badly ? 2 : 1);
    else if (draws.is_pleased < kIsPleased)
      standing.trouble = more(standing.trouble, -1);
  }
  return day;
}

double chance_to_buy(const CustomerTraits& traits, const Standing& standing, int days) {
  // Of those who have not bought yet: how many are gone, and how many are there, by their trouble.
  using ByTrouble = std::array<double, kMostTrouble + 1>;
  ByTrouble gone{}, there{};
  (standing.gone ? gone : there)[static_cast<std::size_t>(standing.trouble)] = 1;
  std::array<std::array<DayOdds, kMostTrouble + 1>, 2> odds{};  // not moved, moved
  for (int trouble = 0; trouble <= kMostTrouble; ++trouble) {
    for (const bool moved : {false, true})
      odds[moved ? 1 : 0][static_cast<std::size_t>(trouble)] = odds_of(traits, trouble, moved);
  }
  for (int day = 0; day < days; ++day) {
    const auto& today = odds[day < standing.moved_days ? 1 : 0];
    ByTrouble still_gone{}, still_there{};
    for (std::size_t before = 0; before <= kMostTrouble; ++before) {
      for (const bool recovers : {false, true}) {
        const double share = recovers ? kRecoversPerDay : 1 - kRecoversPerDay;
        const std::size_t trouble = recovers && before > 0 ? before - 1 : before;
        const std::size_t worse = std::min<std::size_t>(trouble + 1, kMostTrouble);
        const DayOdds& o = today[trouble];
        still_gone[trouble] += share * gone[before] * (1 - traits.return_per_day);
        const double shop = share * (there[before] + gone[before] * traits.return_per_day);
        still_gone[trouble] += shop * o.lapses;
        const double stay = shop * (1 - o.lapses);
        const double fill = stay * o.visits * o.fills_cart;
        const double leave = fill * o.leaves();
        still_there[trouble] += stay - fill + leave * (1 - kResentsLeftCart);
        still_there[worse] += leave * kResentsLeftCart + (fill - leave) * kPaymentFails;
      }
    }
    gone = still_gone;
    there = still_there;
  }
  double bought = 1;
  for (std::size_t trouble = 0; trouble <= kMostTrouble; ++trouble) bought -= gone[trouble] + there[trouble];
  return std::clamp(bought, 0.0, 1.0);
}

}  // namespace qm::reco
