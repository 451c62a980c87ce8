#include "RecoEngine-featurestore/training/customer_simulator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "RecoEngine-featurestore/domain/customer_state.hpp"
#include "platform/core/fnv1a.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;

constexpr int kLived_d = 300, kWithin_d = 90;
const SimulatedShop kShop{7, test::kNow};
const SimulatedNudge kCouponByMail{Channel::email, "WELCOME_BACK20", 0.2};

SimulatedCustomer lived(std::uint64_t number, int days_lived, const SimulatedShop& shop = kShop) {
  SimulatedCustomer customer{shop, number};
  customer.live(days_lived, [](const Event&) {});
  return customer;
}
std::vector<Event> events_of(SimulatedCustomer& customer, int days_lived) {
  std::vector<Event> events;
  customer.live(days_lived, [&events](const Event& event) { events.push_back(event); });
  return events;
}
std::vector<Event> events_of(std::uint64_t number, int days_lived, const SimulatedShop& shop = kShop) {
  SimulatedCustomer customer{shop, number};
  return events_of(customer, days_lived);
}
std::vector<SimulatedCustomer> crowd(std::size_t count, int days_lived) {
  std::vector<SimulatedCustomer> customers;
  for (std::uint64_t number = 0; customers.size() < count; ++number) {
    SimulatedCustomer customer = lived(number, days_lived);
    if (customer.has_joined()) customers.push_back(std::move(customer));
  }
  return customers;
}
bool has_order(const std::vector<Event>& events) {
  return std::ranges::find(events, EventType::order_placed, &Event::type) != events.end();
}

// A mean, and by how much it may be off.
struct Average {
  double sum = 0, squares = 0;
  int count = 0;
  void add(double value) {
    sum += value;
    squares += value * value;
    ++count;
  }
  double mean() const { return sum / count; }
  double variance_of_mean() const { return (squares / count - mean() * mean()) / count; }
  double error() const { return std::sqrt(variance_of_mean()); }
};
constexpr double kErrors = 4;  // passed by chance once in 16,000 times

// --- the chain

TEST(ShoppingChain, ChancesToBuyAreThoseOfItsSteps) {
  CustomerTraits busy, rare, undecided;
  Random traits{5};
  busy = rare = undecided = draw_traits(traits);
  busy.visits_per_day = 0.4, busy.service_trouble = 0.5, busy.cart_hesitation = 0.6, busy.price_sensitivity = 0.8;
  rare.visits_per_day = 0.03, rare.return_per_day = 0.02, rare.patience = 0.1;
  undecided.visits_per_day = 0.6, undecided.buys_per_visit = 0.5, undecided.cart_hesitation = 0.9;
  undecided.price_sensitivity = 1, undecided.patience = 0;
  struct Case {
    const char* what;
    CustomerTraits traits;
    Standing standing;
    int days_ahead;
  };
  const Case cases[] = {{"busy, for a week", busy, {false, 0, 0}, 7},
                        {"busy, in trouble", busy, {false, 3, 0}, 10},
                        {"rare, for a season", rare, {false, 0, 0}, 90},
                        {"rare, in trouble", rare, {false, 2, 0}, 90},
                        {"rare, gone", rare, {true, 1, 0}, 90},
                        {"rare, moved", rare, {false, 1, kMovedDays}, 90},
                        {"moved, and gone again", rare, {true, 0, 9}, 60},
                        {"leaves carts, and resents it", undecided, {false, 0, 0}, 60},
                        {"no time at all", busy, {false, 0, 0}, 0}};
  constexpr int kLives = 8'000;
  Random random{11};
  for (const Case& c : cases) {
    Average bought;
    for (int life = 0; life < kLives; ++life) {
      Standing standing = c.standing;
      bool once = false;
      for (int day = 0; day < c.days_ahead && !once; ++day)
        once = live_a_day(c.traits, standing, DayDraws{Random{random.bits()}}).end == VisitEnd::Bought;
      bought.add(once);
    }
    const double chance = chance_to_buy(c.traits, c.standing, c.days_ahead);
    EXPECT_NEAR(bought.mean(), chance, kErrors * std::sqrt(chance * (1 - chance) / kLives) + 1e-12) << c.what;
  }
}

// --- what is told

TEST(CustomerSimulator, GivesTheSameEventsForTheSameSeed) {
  const SimulatedShop same = kShop, other{8, kShop.begin};
  for (std::uint64_t number = 0; number < 30; ++number) {
    const auto events = events_of(number, 120);
    EXPECT_EQ(events, events_of(number, 120, same)) << number;
    if (!events.empty()) EXPECT_NE(events, events_of(number, 120, other)) << number;
  }
}

// The bytes of before: whoever changes what customers do, knowingly, writes the new number here.
TEST(CustomerSimulator, GivesTheSameEventsAsEver) {
  std::string all;
  for (std::uint64_t number = 0; number < 20; ++number) {
    for (const Event& event : events_of(number, 200)) {
      all += event.id.str() + ' ' + std::string{to_string(event.type)} + ' ' + to_rfc3339(event.at);
      if (event.data.amount) all += ' ' + to_decimal(*event.data.amount);
      all += '\n';
    }
  }
  EXPECT_EQ(fnv1a(all), 156975145580541072ULL);
}

TEST(CustomerSimulator, BeginsALongerLifeWithTheShorterOne) {
  for (std::uint64_t number = 0; number < 60; ++number) {
    const auto whole = events_of(number, 200);
    SimulatedCustomer customer{kShop, number};
    std::vector<Event> parts;
    for (int step = 0; customer.day() < 200; step = (step + 1) % 4) {
      const auto more = events_of(customer, std::min(step, 200 - customer.day()));
      parts.insert(parts.end(), more.begin(), more.end());
    }
    EXPECT_EQ(customer.day(), 200);
    EXPECT_EQ(parts, whole) << number;
  }
}

TEST(CustomerSimulator, TellsInOrderOfTimeWithIdsOfTheirOwn) {
  std::set<std::string> ids;
  std::size_t told = 0;
  for (std::uint64_t number = 0; number < 100; ++number) {
    const auto events = events_of(number, kLived_d);
    EXPECT_TRUE(std::ranges::is_sorted(events, happened_before)) << number;
    for (const Event& event : events) {
      ++told;
      EXPECT_TRUE(ids.insert(event.id.str()).second) << event.id.str();
      EXPECT_TRUE(is_valid_id(event.id.str()) && is_valid_id(event.user_id.str())) << event.id.str();
      EXPECT_GE(event.at, kShop.begin);
      EXPECT_LT(event.at, kShop.begin + days{kLived_d});
    }
  }
  EXPECT_GT(told, 10'000U);
}

TEST(CustomerSimulator, TellsEventsOfEveryType) {
  std::map<EventType, int> counts;
  for (std::uint64_t number = 0; number < 300; ++number)
    for (const Event& event : events_of(number, kLived_d)) ++counts[event.type];
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_GT(counts[type], 20) << to_string(type);
  }
}

TEST(CustomerSimulator, KnowsNobodyWhoHasNotJoined) {
  int late = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    SimulatedCustomer customer{kShop, number};
    const int joins = customer.traits().joined_day;
    late += joins > 0;
    EXPECT_EQ(customer.has_joined(), joins < 0);
    if (joins > 0) EXPECT_TRUE(events_of(customer, std::min(joins, kLived_d)).empty()) << number;
  }
  EXPECT_GT(late, 40);
}

TEST(CustomerSimulator, WhoIsGoneNeitherVisitsNorBuys) {
  const auto is_a_visit = [](const Event& event) {
    return event.type <= EventType::cart_abandoned || event.type == EventType::order_placed ||
           event.type == EventType::payment_failed || event.type == EventType::coupon_redeemed;
  };
  int gone_days = 0, lapses = 0, returns = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    SimulatedCustomer customer{kShop, number};
    for (int day = 0; day < kLived_d; ++day) {
      const bool before = customer.standing().gone;
      const auto events = events_of(customer, 1);
      const bool after = customer.standing().gone;
      lapses += !before && after;
      returns += before && !after;
      if (!before || !after) continue;
      ++gone_days;
      EXPECT_TRUE(std::ranges::none_of(events, is_a_visit)) << number << " on day " << day;
    }
  }
  EXPECT_GT(gone_days, 5'000);
  EXPECT_GT(lapses, 50);
  EXPECT_GT(returns, 5);
  Average gone, there;
  for (const SimulatedCustomer& customer : crowd(600, kLived_d))
    (customer.standing().gone ? gone : there).add(customer.buys_within(kWithin_d));
  EXPECT_LT(gone.mean(), 0.4);
  EXPECT_GT(there.mean(), 0.6);
}

TEST(CustomerSimulator, TroubleMakesCustomersLeave) {
  Average calm, troubled;
  for (const SimulatedCustomer& customer : crowd(1'500, kLived_d)) {
    if (customer.standing().gone) continue;
    (customer.standing().trouble == 0 ? calm : troubled).add(customer.buys_within(kWithin_d));
  }
  EXPECT_GT(troubled.count, 50);
  EXPECT_LT(troubled.mean() + 2 * troubled.error(), calm.mean());
}

// --- nudges

// What is computed ahead is what then happens, in both worlds.
TEST(CustomerSimulator, DoesInEachWorldWhatTheEffectSays) {
  int treated_differs = 0;
  for (const SimulatedCustomer& customer : crowd(600, kLived_d)) {
    const NudgeEffect effect = customer.effect_of_nudge(kCouponByMail, kWithin_d);
    SimulatedCustomer untreated = customer, treated = customer;
    treated.nudge(kCouponByMail);
    EXPECT_EQ(has_order(events_of(untreated, kWithin_d)), effect.buys_untreated) << customer.id().str();
    EXPECT_EQ(has_order(events_of(treated, kWithin_d)), effect.buys_treated) << customer.id().str();
    treated_differs += effect.buys_treated != effect.buys_untreated;
  }
  EXPECT_GT(treated_differs, 20);
}

TEST(CustomerSimulator, ChangesNobodyWhoIsNotTreated) {
  SimulatedCustomer alone = lived(3, kLived_d), beside = alone;
  SimulatedCustomer treated = beside;
  treated.nudge(kCouponByMail);
  EXPECT_NE(events_of(treated, kWithin_d), events_of(beside, kWithin_d));
  EXPECT_EQ(beside.day(), alone.day() + kWithin_d);
  SimulatedCustomer again = lived(3, kLived_d);
  EXPECT_EQ(events_of(again, kWithin_d), events_of(alone, kWithin_d));
}

// Nothing but the nudge, and the coupon that it brings, is told of whom it leaves cold.
TEST(CustomerSimulator, LeavesTheWorldAsItIsForWhomANudgeDoesNotReach) {
  const SimulatedNudge reminder{Channel::push, std::nullopt, 0};
  int cold = 0;
  for (const SimulatedCustomer& customer : crowd(200, kLived_d)) {
    SimulatedCustomer untreated = customer, treated = customer;
    treated.nudge(reminder);
    if (treated.standing() != untreated.standing()) continue;
    ++cold;
    const auto expected = events_of(untreated, kWithin_d);
    auto events = events_of(treated, kWithin_d);
    const auto nudges = std::erase_if(events, [&](const Event& event) {
      return event.data.nudge_id && std::ranges::find(expected, event.id, &Event::id) == expected.end();
    });
    EXPECT_TRUE(nudges == 1 || nudges == 2) << nudges;  // delivered, and opened
    EXPECT_EQ(events, expected) << customer.id().str();
  }
  EXPECT_GT(cold, 80);
}

TEST(CustomerSimulator, StatesTheTrueEffect) {
  const auto customers = crowd(4'000, kLived_d);
  struct Case {
    const char* what;
    bool (*is_one)(const SimulatedCustomer&);
  };
  const Case cases[] = {{"all", [](const SimulatedCustomer&) { return true; }},
                        {"keen", [](const SimulatedCustomer& c) { return c.traits().keenness > 0.2; }},
                        {"wary", [](const SimulatedCustomer& c) { return c.traits().keenness < -0.1; }},
                        {"gone", [](const SimulatedCustomer& c) { return c.standing().gone; }},
                        {"there", [](const SimulatedCustomer& c) { return !c.standing().gone; }}};
  for (const Case& c : cases) {
    Average untreated, treated, difference;
    for (const SimulatedCustomer& customer : customers) {
      if (!c.is_one(customer)) continue;
      const NudgeEffect effect = customer.effect_of_nudge(kCouponByMail, kWithin_d);
      untreated.add(effect.buys_untreated - effect.chance_untreated);
      treated.add(effect.buys_treated - effect.chance_treated);
      difference.add(effect.buys_treated - effect.buys_untreated - effect.difference());
    }
    EXPECT_GT(difference.count, 300) << c.what;
    EXPECT_NEAR(untreated.mean(), 0, kErrors * untreated.error()) << c.what;
    EXPECT_NEAR(treated.mean(), 0, kErrors * treated.error()) << c.what;
    EXPECT_NEAR(difference.mean(), 0, kErrors * difference.error()) << c.what;
  }
}

// As it can be measured from outside: of the customers who are gone half are treated, by lot, and orders are counted.
TEST(CustomerSimulator, ShowsTheTrueEffectAgainstAHoldout) {
  Random lot{3};
  Average treated, held_out, truth;
  for (SimulatedCustomer& customer : crowd(4'500, kLived_d)) {
    if (!customer.standing().gone) continue;
    truth.add(customer.effect_of_nudge(kCouponByMail, kWithin_d).difference());
    const bool in_treatment = lot.chance(0.5);
    if (in_treatment) customer.nudge(kCouponByMail);
    (in_treatment ? treated : held_out).add(has_order(events_of(customer, kWithin_d)));
  }
  const double error = std::sqrt(treated.variance_of_mean() + held_out.variance_of_mean());
  EXPECT_NEAR(treated.mean() - held_out.mean(), truth.mean(), kErrors * error);
  EXPECT_GT(truth.mean(), kErrors * error) << "too small to be seen";
}

TEST(CustomerSimulator, TreatsCustomersWhoAreNotAllAlike) {
  std::map<NudgeGroup, int> groups;
  int harmed = 0, helped = 0, unmoved = 0;
  constexpr std::size_t kCount = 3'000;
  for (const SimulatedCustomer& customer : crowd(kCount, kLived_d)) {
    const NudgeEffect effect = customer.effect_of_nudge(kCouponByMail, kWithin_d);
    ++groups[group_of(effect)];
    harmed += effect.difference() < -0.05;
    helped += effect.difference() > 0.1;
    unmoved += std::abs(effect.difference()) < 0.01;
  }
  const auto share = [](int count) { return static_cast<double>(count) / kCount; };
  EXPECT_GT(share(groups[NudgeGroup::Persuadable]), 0.04);
  EXPECT_GT(share(groups[NudgeGroup::SleepingDog]), 0.01);
  EXPECT_GT(share(groups[NudgeGroup::SureThing]), 0.2);
  EXPECT_GT(share(groups[NudgeGroup::LostCause]), 0.2);
  EXPECT_GT(share(harmed), 0.05);
  EXPECT_GT(share(helped), 0.05);
  EXPECT_GT(share(unmoved), 0.1);
}

TEST(CustomerSimulator, RedeemsTheCouponOnceAndInTime) {
  int redeemed = 0, sure_things = 0;
  for (SimulatedCustomer& customer : crowd(500, kLived_d)) {
    const bool sure = group_of(customer.effect_of_nudge(kCouponByMail, kWithin_d)) == NudgeGroup::SureThing;
    customer.nudge(kCouponByMail);
    int times = 0;
    for (const Event& event : events_of(customer, kWithin_d)) {
      if (event.data.coupon_code != kCouponByMail.coupon_code) continue;
      ++times;
      EXPECT_GT(event.data.discount->minor(), 0);
      EXPECT_LT(event.at, kShop.begin + days{kLived_d + kMovedDays});
    }
    EXPECT_LE(times, 1) << customer.id().str();
    redeemed += times;
    sure_things += times > 0 && sure;
  }
  EXPECT_GT(redeemed, 50);
  EXPECT_GT(sure_things, 20) << "who would have bought anyway takes the discount, too";
}

}  // namespace
}  // namespace qm::reco
