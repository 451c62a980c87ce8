#include "RecoEngine-featurestore/training/synthetic_customers.hpp"

#include <algorithm>
#include <array>

#include "RecoEngine-featurestore/domain/event_feature.hpp"

namespace qm::reco {

namespace {

constexpr LabelRule kRule{};
constexpr int kHorizonDays = static_cast<int>(kRule.horizon.count());
constexpr int kMessagesSeen_d = 183;  // no feature looks further back for them than its window and its time to live
constexpr double kValueLost = 0.02;   // on its way, of those that were told
constexpr double kDaysAMonth = 30;
constexpr std::int32_t kQuarter_d = 90;

// What merchants tell of a customer beside the events.
class Tellings {
 public:
  Tellings(Random& random, const SimulatedCustomer& customer, const CustomerState& state, Timestamp now)
      : random_(random), traits_(customer.traits()), state_(state), now_(now),
        age_d_(customer.day() - traits_.joined_day) {}

  FeatureVector read() {
    profile();
    wishes();
    subscription();
    checkout();
    return std::move(told_);
  }

 private:
  void set(std::string_view name, FeatureValue value) {
    const std::size_t feature = find_feature(name);
    auto fit = accept(feature_table()[feature], value);
    told_.set(feature, std::move(fit.value()), now_);
  }
  std::int64_t in_quarter(DayCount count) const {
    std::int64_t sum = 0;
    for (const CustomerDay& day : state_.days)
      if (day.day > day_of(now_) - kQuarter_d) sum += day[count];
    return sum;
  }

  void profile() {
    static constexpr std::array<const char*, 4> kTiers{"bronze", "silver", "gold", "platinum"};
    static constexpr std::array<const char*, 3> kDevices{"mobile", "desktop", "tablet"};
    static constexpr std::array<const char*, 4> kPayments{"credit_card", "paypal", "debit_card", "gift_card"};
    static constexpr std::array<const char*, 4> kLanguages{"en-US", "es-US", "en-GB", "fr-CA"};
    set("acc_age_days", std::int64_t{age_d_});
    set("member_dur", static_cast<std::int64_t>(age_d_ / kDaysAMonth));
    set("loyalty_tier", std::string{kTiers[static_cast<std::size_t>(traits_.tier)]});
    set("device_type", std::string{kDevices[random_.chance(0.6) ? 0 : random_.below(3)]});
    set("pref_payment", std::string{kPayments[random_.below(4)]});
    set("lang_pref", std::string{kLanguages[random_.chance(0.8) ? 0 : random_.below(4)]});
  }

  void wishes() {
    const double visits = static_cast<double>(in_quarter(DayCount::visits));
    const int added = random_.poisson(std::min(15.0, visits * (0.05 + 0.2 * traits_.price_sensitivity)));
    const auto orders = static_cast<double>(std::max<std::int64_t>(state_.orders_ever, 1));
    set("wishlist_ratio", static_cast<double>(added) / orders);
  }

  void subscription() {
    if (!random_.chance(0.5)) return;
    const bool failed = in_quarter(DayCount::payments_failed) > 0;
    set("sub_pay_status", std::string{failed && random_.chance(0.6) ? "expired"
                                      : random_.chance(0.9)         ? "active"
                                                                    : "inactive"});
  }

  void checkout() {
    if (!state_.cart_left || now_ - state_.cart_left->at > std::chrono::hours{24}) return;
    set("checkout_time", random_.uniform(20, state_.cart_left->value ? 400 : 150));
  }

  Random& random_;
  const CustomerTraits& traits_;
  const CustomerState& state_;
  const Timestamp now_;
  const int age_d_;
  FeatureVector told_;
};

// Not every source is connected for every customer.
struct Source {
  double connected;
  std::vector<std::string_view> features;
};
const std::vector<std::pair<double, std::vector<std::size_t>>>& sources() {
  static const auto made = [] {
    const Source table[] = {
        {0.92, {"acc_age_days", "member_dur", "loyalty_tier", "device_type", "pref_payment", "lang_pref"}},
        {0.97,
         {"days_last_login", "days_last_purch", "sess_7d", "sess_30d", "avg_sess_dur", "ctr_10_sess", "cart_abandon",
          "content_engage", "wishlist_ratio"}},
        {0.95,
         {"orders_6m", "purch_freq_90d", "avg_order_val", "last_hv_purch", "refund_rate", "discount_dep",
          "sub_pay_status"}},
        {0.75, {"push_open_rate", "email_ctr", "inapp_ctr", "promo_resp_time", "retention_resp"}},
        {0.8, {"tickets_90d", "refund_req", "avg_ticket_res", "csat_score"}},
        {0.5, {"abandon_count", "curr_sess_clk", "cart_no_buy", "bounce_flag", "checkout_time"}},
        {0.9, {"pay_fails_90d", "late_deliv_90d", "oos_seen_30d"}},
        {0, {"cart_item_cnt", "last_abandon_at"}},
        {0.95, {"orders_12m", "first_order_d", "order_gap", "order_late"}}};
    std::vector<std::pair<double, std::vector<std::size_t>>> rows;
    for (const Source& source : table) {
      rows.emplace_back(source.connected, std::vector<std::size_t>{});
      for (const std::string_view name : source.features) rows.back().second.push_back(find_feature(name));
    }
    return rows;
  }();
  return made;
}

// What gets through, as of `at`.
FeatureVector as_told(const FeatureVector& known, Random& random, Timestamp at) {
  FeatureVector told;
  for (const auto& [connected, features] : sources()) {
    const bool here = random.chance(connected);
    for (const std::size_t feature : features) {
      const bool lost = random.chance(kValueLost);
      if (here && !lost && known[feature]) told.set(feature, known[feature]->value, at);
    }
  }
  return told;
}

// Each customer at each moment draws for itself what is told beside the events, and what is lost of it.
Random draws_of(std::uint64_t seed, std::uint64_t number, Timestamp moment) {
  const auto before = static_cast<std::uint64_t>((kSampleCutoff - moment).count());
  return Random{Random{seed * 0x9e3779b97f4a7c15ULL + number * 0xd1b54a32d192ed03ULL + before}.bits()};
}

FeatureVector seen_at(const SimulatedCustomer& customer, const CustomerState& state, Timestamp moment, Random random) {
  const FeatureVector told = Tellings{random, customer, state, moment}.read();
  const FeatureVector known = features_at(told, &state, moment).fresh(moment);
  return as_told(known, random, moment);
}

}  // namespace

SimulatedShop sample_shop(std::uint64_t seed) { return {seed, kSampleCutoff - kRule.active_within}; }

SeenCustomer CustomerStream::next_seen(const std::vector<Timestamp>& moments) {
  const SimulatedShop shop = sample_shop(seed_);
  const auto day_at = [&shop](Timestamp at) { return static_cast<int>((at - shop.begin) / std::chrono::hours{24}); };
  while (true) {
    const std::uint64_t number = drawn_++;
    SimulatedCustomer customer{shop, number};
    SeenCustomer made;
    made.id = customer.id();
    CustomerState state;
    const auto note_order = [&made](const Event& event) {
      if (event.type != EventType::order_placed) return;
      Event& order = made.orders.emplace_back().event;
      order.type = event.type;
      order.at = made.orders.back().known_at = event.at;
    };
    const auto sink = [&](const Event& event) {
      apply(state, event);
      note_order(event);
    };
    customer.live(std::max(0, day_at(moments.back()) - kMessagesSeen_d), sink, SimulatedCustomer::Messages::Untold);
    for (auto moment = moments.rbegin(); moment != moments.rend(); ++moment) {
      customer.live(day_at(*moment) - customer.day(), sink);
      made.seen.push_back(state.orders.empty()
                              ? FeatureVector{}
                              : seen_at(customer, state, *moment, draws_of(seed_, number, *moment)));
    }
    if (state.orders.empty()) continue;
    std::ranges::reverse(made.seen);
    const std::size_t before = made.orders.size();
    for (int day = 0; day < kHorizonDays && made.orders.size() == before; ++day)
      customer.live(1, note_order, SimulatedCustomer::Messages::Untold);
    return made;
  }
}

TrainingSample CustomerStream::next(Timestamp at) {
  SeenCustomer customer = next_seen({kSampleCutoff});
  TrainingSample sample;
  const FeatureVector& seen = customer.seen.front();
  for (std::size_t feature = 0; feature < seen.size(); ++feature)
    if (seen[feature]) sample.features.set(feature, seen[feature]->value, at);
  sample.churned = customer.orders.back().event.at <= kSampleCutoff;
  return sample;
}

std::vector<TrainingSample> simulate_customers(std::size_t count, std::uint64_t seed, Timestamp at) {
  std::vector<TrainingSample> samples;
  samples.reserve(count);
  CustomerStream customers{seed};
  while (samples.size() < count) samples.push_back(customers.next(at));
  return samples;
}

}  // namespace qm::reco
