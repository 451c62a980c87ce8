#include "QuickMart-backend/domain/customer_history.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qm::shop {
namespace {

std::int64_t days_between(Timestamp earlier, Timestamp later) {
  return std::max<std::int64_t>(0, std::chrono::floor<std::chrono::days>(later - earlier).count());
}
bool within(Timestamp at, int span_days, Timestamp now) {
  return at <= now && now - at <= std::chrono::days{span_days};
}

// Two decimals are plenty for a rate, and the same on every machine.
double rounded(double value) { return std::round(value * 100) / 100; }
double share(std::int64_t part, std::int64_t whole) {
  return rounded(static_cast<double>(part) / static_cast<double>(whole));
}
template <class Range, class Predicate>
std::int64_t count_of(const Range& range, Predicate predicate) {
  return std::count_if(range.begin(), range.end(), predicate);
}
template <class Range>
Timestamp latest(const Range& range) {
  Timestamp at{};
  for (const auto& each : range) at = std::max(at, each.at);
  return at;
}
double mean(const std::vector<double>& values) {
  return rounded(std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()));
}
double major_units(Money amount) { return static_cast<double>(amount.minor()) / 100; }

FeatureGroup profile_of(const CustomerHistory& history, Timestamp now) {
  FeatureGroup group;
  const std::int64_t age_days = days_between(history.joined_at, now);
  group["acc_age_days"] = age_days;
  group["member_dur"] = age_days / 30;
  if (history.loyalty_tier) group["loyalty_tier"] = std::string{to_string(*history.loyalty_tier)};
  if (history.region) group["geo_location"] = *history.region;
  if (history.device) group["device_type"] = *history.device;
  if (history.payment) group["pref_payment"] = *history.payment;
  if (history.language) group["lang_pref"] = *history.language;
  return group;
}

void add_visits(const CustomerHistory& history, Timestamp now, FeatureGroup& group) {
  auto visits = history.visits;
  std::sort(visits.begin(), visits.end(), [](const Visit& a, const Visit& b) { return a.at > b.at; });
  std::vector<double> minutes;
  for (const Visit& visit : visits)
    if (within(visit.at, 30, now)) minutes.push_back(visit.minutes);
  group["sess_7d"] = count_of(visits, [&](const Visit& v) { return within(v.at, 7, now); });
  group["sess_30d"] = static_cast<std::int64_t>(minutes.size());
  if (!minutes.empty()) group["avg_sess_dur"] = mean(minutes);
  std::int64_t clicks = 0, impressions = 0, read = 0;
  const std::size_t last = std::min<std::size_t>(10, visits.size());
  for (std::size_t i = 0; i < last; ++i) {
    clicks += visits[i].clicks;
    impressions += visits[i].impressions;
    read += visits[i].read_content ? 1 : 0;
  }
  if (impressions > 0) group["ctr_10_sess"] = std::min(1.0, share(clicks, impressions));
  group["content_engage"] = share(read, static_cast<std::int64_t>(last));
}

FeatureGroup behavior_of(const CustomerHistory& history, const std::vector<Purchase>& purchases, Timestamp now) {
  FeatureGroup group;
  if (!history.logins.empty())
    group["days_last_login"] = days_between(*std::max_element(history.logins.begin(), history.logins.end()), now);
  if (!purchases.empty()) group["days_last_purch"] = days_between(latest(purchases), now);
  if (!history.visits.empty()) add_visits(history, now, group);
  if (!history.carts.empty()) {
    const auto abandoned = count_of(history.carts, [](const FilledCart& cart) { return !cart.bought; });
    group["cart_abandon"] = share(abandoned, static_cast<std::int64_t>(history.carts.size()));
  }
  if (!purchases.empty())
    group["wishlist_ratio"] = share(history.wishlist_adds, static_cast<std::int64_t>(purchases.size()));
  return group;
}

FeatureGroup transactional_of(const CustomerHistory& history, const std::vector<Purchase>& purchases, Timestamp now) {
  FeatureGroup group;
  if (history.subscription) group["sub_pay_status"] = *history.subscription;
  group["orders_6m"] = count_of(purchases, [&](const Purchase& p) { return within(p.at, 182, now); });
  // A month's worth of what the last ninety days saw.
  group["purch_freq_90d"] = share(count_of(purchases, [&](const Purchase& p) { return within(p.at, 90, now); }), 3);
  if (purchases.empty()) return group;

  const auto count = static_cast<std::int64_t>(purchases.size());
  Money spent;
  std::map<std::string, Money> by_category;
  std::vector<Purchase> high_value;
  for (const Purchase& purchase : purchases) {
    spent = spent + purchase.total;
    if (purchase.total.minor() >= kHighValueMinor) high_value.push_back(purchase);
    for (const auto& [category, amount] : purchase.spent_by_category) {
      Money& sum = by_category[category];
      sum = sum + amount;
    }
  }
  group["avg_order_val"] = rounded(major_units(spent) / static_cast<double>(count));
  if (!high_value.empty()) group["last_hv_purch"] = days_between(latest(high_value), now);
  group["refund_rate"] = share(count_of(purchases, [](const Purchase& p) { return p.refunded; }), count);
  group["discount_dep"] = share(count_of(purchases, [](const Purchase& p) { return p.discounted; }), count);

  Money goods;
  for (const auto& each : by_category) goods = goods + each.second;
  if (goods.minor() > 0) {
    std::map<std::string, double> shares;
    for (const auto& [category, amount] : by_category) shares[category] = share(amount.minor(), goods.minor());
    group["cat_spend_dist"] = std::move(shares);
  }
  return group;
}

FeatureGroup engagement_of(const CustomerHistory& history) {
  FeatureGroup group;
  auto add_rate = [&](const char* name, const ResponseCount& count) {
    if (count.sent > 0) group[name] = std::min(1.0, share(count.answered, count.sent));
  };
  add_rate("push_open_rate", history.pushes);
  add_rate("email_ctr", history.emails);
  add_rate("inapp_ctr", history.offers);
  if (!history.promotion_response_hours.empty()) group["promo_resp_time"] = mean(history.promotion_response_hours);
  if (history.retention_offer) group["retention_resp"] = *history.retention_offer;
  return group;
}

FeatureGroup support_of(const CustomerHistory& history, Timestamp now) {
  FeatureGroup group;
  group["tickets_90d"] = count_of(history.tickets, [&](const SupportTicket& t) { return within(t.at, 90, now); });
  group["refund_req"] = count_of(history.tickets, [](const SupportTicket& t) { return t.refund_request; });
  std::vector<double> hours;
  Timestamp rated_at{};
  for (const SupportTicket& ticket : history.tickets) {
    if (ticket.resolved_after_hours) hours.push_back(*ticket.resolved_after_hours);
    if (ticket.csat && ticket.at >= rated_at) {
      rated_at = ticket.at;
      group["csat_score"] = *ticket.csat;
    }
  }
  if (!hours.empty()) group["avg_ticket_res"] = mean(hours);
  return group;
}

FeatureGroup realtime_of(const CustomerHistory& history) {
  FeatureGroup group;
  if (!history.last_session) return group;
  const LastSession& session = *history.last_session;
  group["curr_sess_clk"] = session.clicks;
  if (session.checkout_seconds) group["checkout_time"] = *session.checkout_seconds;
  group["cart_no_buy"] = session.cart_items > 0 && !session.bought;
  group["bounce_flag"] = session.bounced;
  return group;
}

}  // namespace

FeatureGroups derive_features(const CustomerHistory& history, const std::vector<Purchase>& purchases, Timestamp now) {
  FeatureGroups groups;
  groups["profile"] = profile_of(history, now);
  groups["behavior"] = behavior_of(history, purchases, now);
  groups["transactional"] = transactional_of(history, purchases, now);
  groups["engagement"] = engagement_of(history);
  groups["support"] = support_of(history, now);
  groups["realtime"] = realtime_of(history);
  std::erase_if(groups, [](const auto& each) { return each.second.empty(); });
  return groups;
}

}  // namespace qm::shop
