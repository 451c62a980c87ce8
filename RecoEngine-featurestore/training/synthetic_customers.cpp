#include "RecoEngine-featurestore/training/synthetic_customers.hpp"

#include <algorithm>
#include <array>
#include <deque>

#include "RecoEngine-featurestore/training/random.hpp"

namespace qm::reco {

namespace {

constexpr double kHighValue = 200;

// What a customer is like. Never shown to the model.
struct Traits {
  double visits_per_day;
  double buys_per_visit;
  double price_sensitivity;  // 0…1
  double patience;           // 0…1: how well troubles are borne
  double service_trouble;    // chance of trouble with an order
  double cart_hesitation;    // chance that a filled cart is left
  double interest;           // 0…1: reads, clicks, opens
  double lapse_per_day;      // chance to lose interest for no visible reason
  int tier;
  double order_value;
};

// What a customer did on the days before the cutoff (day 0 is the cutoff, −1 the day before).
struct Behaviour {
  std::vector<int> visit_days;
  std::vector<double> visit_minutes;
  std::vector<std::pair<int, double>> orders;  // day, value
  std::deque<double> last_ctr;
  int carts = 0, carts_left = 0, recent_carts_left = 0;
  int orders_discounted = 0, refunds = 0, refund_requests = 0;
  int tickets_90d = 0;
  double ticket_hours = 0;
  int tickets = 0;
  double last_csat = 0;
  int content_visits = 0, wishlist_adds = 0;
  int pushes = 0, pushes_opened = 0, mails = 0, mails_clicked = 0, offers = 0, offers_clicked = 0;
  int payment_failures = 0, late_deliveries = 0;
  int last_visit_clicks = 0;
  bool last_visit_left_cart = false, last_visit_bounced = false;
  double last_checkout_seconds = 0;
  bool bought_after = false;
};

Traits draw_traits(Random& random) {
  Traits t{};
  t.visits_per_day = std::clamp(std::exp(random.normal(-1.6, 0.8)), 0.02, 2.0);
  t.buys_per_visit = std::clamp(random.normal(0.22, 0.09), 0.03, 0.6);
  t.price_sensitivity = random.uniform();
  t.patience = random.uniform();
  t.service_trouble = std::clamp(random.normal(0.12, 0.12), 0.01, 0.6);
  t.cart_hesitation = std::clamp(random.normal(0.3, 0.2), 0.02, 0.9);
  t.interest = std::clamp(random.normal(0.5, 0.22), 0.02, 0.98);
  t.lapse_per_day = 0.0004 + 0.0035 * (1 - t.interest) * random.uniform();
  t.tier = std::clamp(static_cast<int>(random.normal(1.2 + t.visits_per_day, 0.9)), 0, 3);
  t.order_value = std::clamp(std::exp(random.normal(4.1, 0.55)), 8.0, 900.0);
  return t;
}

// One life, from kHistoryDays before the cutoff to kHorizonDays after it.
class Life {
 public:
  Life(Random& random, const Traits& traits) : random_(random), t_(traits) {}

  Behaviour run() {
    for (int day = -kHistoryDays; day < kHorizonDays; ++day) {
      live(day);
      if (b_.bought_after) break;
    }
    return std::move(b_);
  }

 private:
  void live(int day) {
    const bool past = day < 0;
    annoyance_ *= 0.97;
    if (past) receive_messages(day);
    if (gone_) {
      // Few come back on their own.
      if (!random_.chance(0.004 * t_.interest)) return;
      gone_ = false;
    }
    const double lapse = t_.lapse_per_day + 0.02 * annoyance_ * (1.1 - t_.patience);
    if (random_.chance(lapse)) {
      gone_ = true;
      return;
    }
    const int visits = random_.poisson(t_.visits_per_day * (1 - 0.6 * std::min(1.0, annoyance_)));
    for (int i = 0; i < visits; ++i) visit(day, past);
  }

  void visit(int day, bool past) {
    const double minutes = std::clamp(random_.normal(3 + 9 * t_.interest, 3), 0.2, 60.0);
    const int shown = 8 + static_cast<int>(random_.below(20));
    int clicks = 0;
    for (int i = 0; i < shown; ++i)
      clicks += random_.chance(0.08 + 0.3 * t_.interest * (1 - 0.5 * std::min(1.0, annoyance_))) ? 1 : 0;
    const bool discount = random_.chance(0.25);
    const bool fills_cart = random_.chance(std::min(0.95, t_.buys_per_visit * 1.8));
    const double leaves = std::clamp(
        t_.cart_hesitation + (discount ? -0.1 : 0.35 * t_.price_sensitivity) + 0.2 * std::min(1.0, annoyance_), 0.02,
        0.97);
    const bool left = fills_cart && random_.chance(leaves);
    const bool payment_failed = fills_cart && !left && random_.chance(0.03);
    const bool buys = fills_cart && !left && !payment_failed;
    // Leaving a cart is both a sign and a cause: what was not bought here is bought elsewhere.
    if (left) annoyance_ += 0.12;
    if (payment_failed) annoyance_ += 0.4;
    if (past) {
      b_.visit_days.push_back(day);
      b_.visit_minutes.push_back(minutes);
      b_.last_ctr.push_back(static_cast<double>(clicks) / shown);
      if (b_.last_ctr.size() > 10) b_.last_ctr.pop_front();
      if (day >= -90) {
        b_.carts += fills_cart ? 1 : 0;
        b_.carts_left += left ? 1 : 0;
        b_.content_visits += random_.chance(0.1 + 0.6 * t_.interest) ? 1 : 0;
        b_.wishlist_adds += random_.chance(0.05 + 0.2 * t_.price_sensitivity) ? 1 : 0;
        b_.payment_failures += payment_failed ? 1 : 0;
      }
      b_.recent_carts_left += left && day >= -30 ? 1 : 0;
      b_.last_visit_clicks = clicks;
      b_.last_visit_left_cart = left;
      b_.last_visit_bounced = clicks == 0 || minutes < 1;
      b_.last_checkout_seconds = fills_cart ? random_.uniform(20, left ? 400 : 150) : 0;
    }
    if (buys) order(day, past, discount);
  }

  void order(int day, bool past, bool discount) {
    const bool trouble = random_.chance(t_.service_trouble);
    if (!past) {
      b_.bought_after = true;
      return;
    }
    b_.orders.emplace_back(day, std::max(3.0, t_.order_value * std::exp(random_.normal(0, 0.4))));
    b_.orders_discounted += random_.chance(discount ? 0.9 : 0.2 + 0.6 * t_.price_sensitivity) ? 1 : 0;
    if (!trouble) {
      annoyance_ *= 0.7;
      return;
    }
    annoyance_ += 0.5;
    b_.late_deliveries += day >= -90 && day % 2 == 0 ? 1 : 0;
    if (random_.chance(0.7)) ticket(day);
    if (random_.chance(0.35)) {
      ++b_.refund_requests;
      b_.refunds += random_.chance(0.8) ? 1 : 0;
    }
  }

  void ticket(int day) {
    const double hours = std::exp(random_.normal(2.6, 0.9));
    const double csat = std::clamp(random_.normal(4.4 - hours / 40, 0.8), 1.0, 5.0);
    annoyance_ += csat < 3 ? 0.9 : -0.2;
    annoyance_ = std::max(0.0, annoyance_);
    b_.tickets_90d += day >= -90 ? 1 : 0;
    if (day < -90) return;
    ++b_.tickets;
    b_.ticket_hours += hours;
    b_.last_csat = csat;
  }

  void receive_messages(int day) {
    if (day < -90) return;
    const double attention = t_.interest * (gone_ ? 0.25 : 1.0) * (1 - 0.5 * std::min(1.0, annoyance_));
    if (random_.chance(0.15)) {
      ++b_.pushes;
      b_.pushes_opened += random_.chance(0.6 * attention) ? 1 : 0;
    }
    if (random_.chance(0.12)) {
      ++b_.mails;
      b_.mails_clicked += random_.chance(0.35 * attention) ? 1 : 0;
    }
    if (!gone_ && random_.chance(0.1)) {
      ++b_.offers;
      b_.offers_clicked += random_.chance(0.4 * attention) ? 1 : 0;
    }
  }

  Random& random_;
  const Traits& t_;
  Behaviour b_;
  double annoyance_ = 0;
  bool gone_ = false;
};

// Reads features off behaviour; what did not happen stays missing where it says nothing.
class FeatureReader {
 public:
  FeatureReader(Random& random, const Traits& traits, const Behaviour& behaviour, Timestamp at)
      : random_(random), t_(traits), b_(behaviour), at_(at) {}

  FeatureVector read() {
    // Not every source is connected for every customer.
    if (random_.chance(0.92)) profile();
    if (random_.chance(0.97)) visits();
    if (random_.chance(0.95)) orders();
    if (random_.chance(0.75)) engagement();
    if (random_.chance(0.8)) support();
    if (random_.chance(0.5)) realtime();
    if (random_.chance(0.9)) troubles();
    return std::move(features_);
  }

 private:
  void set(std::string_view name, FeatureValue value) {
    if (random_.chance(0.02)) return;  // a value lost on its way
    const std::size_t feature = find_feature(name);
    auto fit = accept(feature_table()[feature], value);
    features_.set(feature, std::move(fit.value()), at_);
  }
  static FeatureValue whole(double number) { return static_cast<std::int64_t>(number); }
  static double share(int part, int all) { return static_cast<double>(part) / all; }
  int visits_since(int day) const {
    return static_cast<int>(std::count_if(b_.visit_days.begin(), b_.visit_days.end(), [&](int d) { return d >= day; }));
  }

  void profile() {
    static constexpr std::array<const char*, 4> kTiers{"bronze", "silver", "gold", "platinum"};
    static constexpr std::array<const char*, 3> kDevices{"mobile", "desktop", "tablet"};
    static constexpr std::array<const char*, 4> kPayments{"credit_card", "paypal", "debit_card", "gift_card"};
    static constexpr std::array<const char*, 4> kLanguages{"en-US", "es-US", "en-GB", "fr-CA"};
    const int age = kHistoryDays + static_cast<int>(random_.uniform(0, 1500));
    set("acc_age_days", whole(age));
    set("member_dur", whole(age / 30.0));
    set("loyalty_tier", std::string{kTiers[static_cast<std::size_t>(t_.tier)]});
    set("device_type", std::string{kDevices[random_.chance(0.6) ? 0 : random_.below(3)]});
    set("pref_payment", std::string{kPayments[random_.below(4)]});
    set("lang_pref", std::string{kLanguages[random_.chance(0.8) ? 0 : random_.below(4)]});
  }

  void visits() {
    if (!b_.visit_days.empty()) set("days_last_login", whole(-b_.visit_days.back()));
    if (!b_.orders.empty()) set("days_last_purch", whole(-b_.orders.back().first));
    set("sess_7d", whole(visits_since(-7)));
    set("sess_30d", whole(visits_since(-30)));
    const int recent = visits_since(-30);
    if (recent > 0) {
      double minutes = 0;
      for (std::size_t i = b_.visit_minutes.size() - static_cast<std::size_t>(recent); i < b_.visit_minutes.size(); ++i)
        minutes += b_.visit_minutes[i];
      set("avg_sess_dur", minutes / recent);
    }
    if (!b_.last_ctr.empty()) {
      double sum = 0;
      for (const double ctr : b_.last_ctr) sum += ctr;
      set("ctr_10_sess", sum / static_cast<double>(b_.last_ctr.size()));
    }
    if (b_.carts > 0) set("cart_abandon", share(b_.carts_left, b_.carts));
    const int visits_90d = visits_since(-90);
    if (visits_90d > 0) set("content_engage", std::min(1.0, share(b_.content_visits, visits_90d)));
    if (!b_.orders.empty())
      set("wishlist_ratio", static_cast<double>(b_.wishlist_adds) / static_cast<double>(b_.orders.size()));
  }

  void orders() {
    set("orders_6m", whole(static_cast<double>(b_.orders.size())));
    const auto in_90d =
        std::count_if(b_.orders.begin(), b_.orders.end(), [](const auto& order) { return order.first >= -90; });
    set("purch_freq_90d", static_cast<double>(in_90d) / 3.0);
    if (!b_.orders.empty()) {
      double sum = 0;
      int last_high = 1;
      for (const auto& [day, value] : b_.orders) {
        sum += value;
        if (value >= kHighValue) last_high = day;
      }
      const int count = static_cast<int>(b_.orders.size());
      set("avg_order_val", sum / count);
      if (last_high < 1) set("last_hv_purch", whole(-last_high));
      set("refund_rate", share(b_.refunds, count));
      set("discount_dep", share(b_.orders_discounted, count));
    }
    if (random_.chance(0.5)) {
      const bool failed = b_.payment_failures > 0;
      set("sub_pay_status", std::string{failed && random_.chance(0.6) ? "expired"
                                        : random_.chance(0.9)         ? "active"
                                                                      : "inactive"});
    }
  }

  void engagement() {
    if (b_.pushes > 0) set("push_open_rate", share(b_.pushes_opened, b_.pushes));
    if (b_.mails > 0) set("email_ctr", share(b_.mails_clicked, b_.mails));
    if (b_.offers > 0) set("inapp_ctr", share(b_.offers_clicked, b_.offers));
    if (b_.mails_clicked > 0) set("promo_resp_time", std::exp(random_.normal(3.5 - 1.5 * t_.interest, 0.5)));
    if (random_.chance(0.3)) {
      const double yes = 0.15 + 0.5 * t_.interest;
      set("retention_resp", std::string{random_.chance(yes)   ? "positive"
                                        : random_.chance(0.5) ? "neutral"
                                                              : "negative"});
    }
  }

  void support() {
    set("tickets_90d", whole(b_.tickets_90d));
    set("refund_req", whole(b_.refund_requests));
    if (b_.tickets == 0) return;
    set("avg_ticket_res", b_.ticket_hours / b_.tickets);
    set("csat_score", b_.last_csat);
  }

  void realtime() {
    set("abandon_count", whole(b_.recent_carts_left));
    if (b_.visit_days.empty() || b_.visit_days.back() < -2) return;
    set("curr_sess_clk", whole(b_.last_visit_clicks));
    set("cart_no_buy", b_.last_visit_left_cart);
    set("bounce_flag", b_.last_visit_bounced);
    if (b_.last_checkout_seconds > 0) set("checkout_time", b_.last_checkout_seconds);
  }

  void troubles() {
    set("pay_fails_90d", whole(b_.payment_failures));
    set("late_deliv_90d", whole(b_.late_deliveries));
    set("oos_seen_30d", whole(random_.poisson(0.1 * visits_since(-30))));
  }

  Random& random_;
  const Traits& t_;
  const Behaviour& b_;
  Timestamp at_;
  FeatureVector features_;
};

}  // namespace

TrainingSample CustomerStream::next() {
  while (true) {
    // A stream of their own for each, so that a larger set begins with the smaller one.
    Random random{seed_ * 0x9e3779b97f4a7c15ULL + drawn_++ * 0xd1b54a32d192ed03ULL + 1};
    const Traits traits = draw_traits(random);
    const Behaviour behaviour = Life{random, traits}.run();
    if (behaviour.orders.empty() && behaviour.visit_days.size() < 2) continue;  // never was a customer
    return {FeatureReader{random, traits, behaviour, at_}.read(), !behaviour.bought_after};
  }
}

std::vector<TrainingSample> simulate_customers(std::size_t count, std::uint64_t seed, Timestamp at) {
  std::vector<TrainingSample> samples;
  samples.reserve(count);
  CustomerStream customers{seed, at};
  while (samples.size() < count) samples.push_back(customers.next());
  return samples;
}

}  // namespace qm::reco
