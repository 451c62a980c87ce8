#include "RecoEngine-featurestore/domain/event_feature.hpp"

#include <algorithm>
#include <array>

namespace qm::reco {

namespace {

constexpr std::array<std::int32_t, 4> kWindows_d{7, 30, 90, 180};
enum class Days : std::size_t { Week, Month, Quarter, HalfYear };
constexpr double kMinorAMajor = 100;
constexpr double kMsAMinute = 60'000;
constexpr double kMsAnHour = 3'600'000;
constexpr double kTicketSecondsAnHour = 3600;
constexpr double kMonthsAQuarter = 3;
constexpr std::chrono::days kOfferIgnoredAfter{7};

}  // namespace

// What the days say, summed up to each window: today and the days before it.
struct CustomerCounts {
  std::array<std::array<std::int64_t, kDayCounts>, kWindows_d.size()> sums{};

  std::int64_t of(DayCount count, Days window) const {
    return sums[static_cast<std::size_t>(window)][static_cast<std::size_t>(count)];
  }
};

namespace {

CustomerCounts counts_of(const CustomerState& state, std::int32_t today) {
  CustomerCounts counts;
  for (const CustomerDay& day : state.days) {
    for (std::size_t w = 0; w < kWindows_d.size(); ++w) {
      if (day.day <= today - kWindows_d[w]) continue;
      for (std::size_t i = 0; i < kDayCounts; ++i) counts.sums[w][i] += day.counts[i];
    }
  }
  return counts;
}

using Reading = std::optional<EventReading>;
using State = CustomerState;
using Counts = CustomerCounts;

std::int64_t days_between(Timestamp then, Timestamp now) {
  return std::max<std::int64_t>(std::chrono::floor<std::chrono::days>(now - then).count(), 0);
}

// --- ages

// The visit that goes on does not count: it is asked how long the customer was away.
Reading last_login(const State& state, Timestamp at, const Counts&) {
  if (state.visits.empty()) return std::nullopt;
  const Visit& last = state.visits.back();
  const bool goes_on = !last.over && at - last.seen_at <= kVisitGap;
  if (!goes_on) return EventReading{days_between(last.seen_at, at), last.seen_at};
  if (!state.seen_before || *state.seen_before < at - kEventReach) return std::nullopt;
  return EventReading{days_between(*state.seen_before, last.began_at), last.began_at};
}

Reading age(const std::optional<Timestamp>& then, Timestamp at) {
  if (!then) return std::nullopt;
  return EventReading{days_between(*then, at), *then};
}
template <class Counts_>
std::optional<Timestamp> last_order(const State& state, Counts_ counts, std::optional<Timestamp> before) {
  for (auto order = state.orders.rbegin(); order != state.orders.rend(); ++order)
    if (counts(*order)) return order->at;
  return before;
}
Reading last_purchase(const State& state, Timestamp at, const Counts&) {
  return age(last_order(state, [](const RecentOrder& order) { return !order.cancelled; }, state.order_before), at);
}
Reading last_large_purchase(const State& state, Timestamp at, const Counts&) {
  return age(last_order(state, [](const RecentOrder& order) { return order.large && !order.cancelled; },
                        state.large_order_before),
             at);
}

// --- the rhythm of orders: those of the last year that are still remembered one by one. Several of one day (UTC) are
// one: who divides a purchase does not buy more often.

struct OrderRhythm {
  std::int64_t orders = 0;
  Timestamp first{}, last{};
};
OrderRhythm rhythm_of(const State& state, Timestamp at) {
  OrderRhythm rhythm;
  for (const RecentOrder& order : state.orders) {
    if (order.cancelled || order.at < at - kEventReach) continue;
    if (rhythm.orders == 0) rhythm.first = order.at;
    if (rhythm.orders == 0 || day_of(order.at) != day_of(rhythm.last)) ++rhythm.orders;
    rhythm.last = order.at;
  }
  return rhythm;
}
double days_of(std::chrono::milliseconds span) {
  return std::chrono::duration<double, std::chrono::days::period>(span).count();
}
// Of one order nobody knows when the next is due.
std::optional<double> order_gap_d(const OrderRhythm& rhythm) {
  if (rhythm.orders < 2) return std::nullopt;
  return days_of(rhythm.last - rhythm.first) / static_cast<double>(rhythm.orders - 1);
}
Reading orders_of_year(const State& state, Timestamp at, const Counts&) {
  const OrderRhythm rhythm = rhythm_of(state, at);
  if (rhythm.orders == 0) return std::nullopt;
  return EventReading{rhythm.orders, rhythm.last};
}
Reading first_order(const State& state, Timestamp at, const Counts&) {
  const OrderRhythm rhythm = rhythm_of(state, at);
  if (rhythm.orders == 0) return std::nullopt;
  return EventReading{days_between(rhythm.first, at), rhythm.last};
}
Reading order_gap(const State& state, Timestamp at, const Counts&) {
  const OrderRhythm rhythm = rhythm_of(state, at);
  const auto gap_d = order_gap_d(rhythm);
  if (!gap_d) return std::nullopt;
  return EventReading{*gap_d, rhythm.last};
}
Reading order_lateness(const State& state, Timestamp at, const Counts&) {
  const OrderRhythm rhythm = rhythm_of(state, at);
  const auto gap_d = order_gap_d(rhythm);
  if (!gap_d) return std::nullopt;
  return EventReading{days_of(at - rhythm.last) / *gap_d, rhythm.last};
}

// --- windows

const std::optional<Heard>& heard_of(const State& state, EventSource source) {
  return state.heard[static_cast<std::size_t>(source)];
}
Reading over(const State& state, EventSource source, Days window, Timestamp at, FeatureValue value) {
  const auto& heard = heard_of(state, source);
  if (!heard) return std::nullopt;
  const bool whole = heard->first <= at - std::chrono::days{kWindows_d[static_cast<std::size_t>(window)]};
  return EventReading{std::move(value), heard->last, whole};
}
template <DayCount count, EventSource source, Days window>
Reading number(const State& state, Timestamp at, const Counts& counts) {
  return over(state, source, window, at, std::max<std::int64_t>(counts.of(count, window), 0));
}
// part ÷ whole × scale; nothing when there is none of the whole.
Reading mean(const State& state, EventSource source, Days window, Timestamp at, std::int64_t part,
             std::int64_t whole, double scale) {
  if (whole <= 0) return std::nullopt;
  const double ratio = static_cast<double>(std::max<std::int64_t>(part, 0)) / static_cast<double>(whole) * scale;
  return over(state, source, window, at, ratio);
}
template <DayCount part, DayCount whole, EventSource source, Days window>
Reading share(const State& state, Timestamp at, const Counts& counts) {
  const std::int64_t of = counts.of(whole, window);
  return mean(state, source, window, at, std::min(counts.of(part, window), of), of, 1);
}

Reading visit_minutes(const State& state, Timestamp at, const Counts& counts) {
  return mean(state, EventSource::visits, Days::Month, at, counts.of(DayCount::visit_ms, Days::Month),
              counts.of(DayCount::visits, Days::Month), 1 / kMsAMinute);
}
Reading carts_abandoned(const State& state, Timestamp at, const Counts& counts) {
  const std::int64_t left = counts.of(DayCount::abandoned, Days::Quarter);
  return mean(state, EventSource::carts, Days::Quarter, at, left,
              left + counts.of(DayCount::orders, Days::Quarter), 1);
}
Reading order_value(const State& state, Timestamp at, const Counts& counts) {
  return mean(state, EventSource::orders, Days::HalfYear, at, counts.of(DayCount::spent_minor, Days::HalfYear),
              counts.of(DayCount::orders, Days::HalfYear), 1 / kMinorAMajor);
}
Reading orders_a_month(const State& state, Timestamp at, const Counts& counts) {
  const auto orders = std::max<std::int64_t>(counts.of(DayCount::orders, Days::Quarter), 0);
  return over(state, EventSource::orders, Days::Quarter, at, static_cast<double>(orders) / kMonthsAQuarter);
}
Reading answer_hours(const State& state, Timestamp at, const Counts& counts) {
  auto source = EventSource::pushes;  // the one that was heard of first
  Timestamp last{};
  for (const auto each : {EventSource::pushes, EventSource::emails, EventSource::offers}) {
    const auto& heard = heard_of(state, each);
    if (!heard) continue;
    last = std::max(last, heard->last);
    const auto& before = heard_of(state, source);
    if (!before || heard->first < before->first) source = each;
  }
  Reading reading = mean(state, source, Days::Quarter, at, counts.of(DayCount::answer_ms, Days::Quarter),
                         counts.of(DayCount::answers, Days::Quarter), 1 / kMsAnHour);
  if (reading) reading->at = last;
  return reading;
}
Reading ticket_hours(const State& state, Timestamp at, const Counts& counts) {
  return mean(state, EventSource::tickets, Days::Quarter, at, counts.of(DayCount::ticket_seconds, Days::Quarter),
              counts.of(DayCount::tickets_closed, Days::Quarter), 1 / kTicketSecondsAnHour);
}

// --- the latest word

template <class T>
Reading latest(const std::optional<Noted<T>>& noted) {
  if (!noted) return std::nullopt;
  return EventReading{noted->value, noted->at};
}
Reading cart_items(const State& state, Timestamp, const Counts&) { return latest(state.cart_items); }
Reading cart_left(const State& state, Timestamp, const Counts&) { return latest(state.cart_left); }
Reading satisfaction(const State& state, Timestamp, const Counts&) {
  if (!state.satisfaction) return std::nullopt;
  return EventReading{static_cast<double>(state.satisfaction->value), state.satisfaction->at};
}
Reading abandoned_at(const State& state, Timestamp, const Counts&) {
  if (!state.abandoned_at) return std::nullopt;
  return EventReading{to_rfc3339(*state.abandoned_at), *state.abandoned_at};
}
Reading clicks(const State& state, Timestamp, const Counts&) {
  if (state.visits.empty() || state.visits.back().clicks == 0) return std::nullopt;
  return EventReading{state.visits.back().clicks, state.visits.back().seen_at};
}
// Known once a visit with a click is over.
Reading bounced(const State& state, Timestamp at, const Counts&) {
  for (auto visit = state.visits.rbegin(); visit != state.visits.rend(); ++visit) {
    const bool is_over = visit->over || visit != state.visits.rbegin() || at - visit->seen_at > kVisitGap;
    if (visit->clicks > 1 || (visit->clicks == 1 && is_over)) return EventReading{visit->clicks == 1, visit->seen_at};
  }
  return std::nullopt;
}
template <class Part>
Reading of_recent_visits(const State& state, Timestamp at, Part part, std::int64_t Visit::*whole) {
  std::int64_t parts = 0, all = 0;
  for (const Visit& visit : state.visits) {
    if (visit.began_at < at - kEventReach) continue;
    parts += part(visit);
    all += whole == nullptr ? 1 : visit.*whole;
  }
  if (all == 0) return std::nullopt;
  return EventReading{static_cast<double>(std::min(parts, all)) / static_cast<double>(all),
                      state.visits.back().seen_at};
}
Reading click_through(const State& state, Timestamp at, const Counts&) {
  return of_recent_visits(state, at, [](const Visit& visit) { return std::min(visit.products, visit.shown); },
                          &Visit::shown);
}
// Where pages are told at all.
Reading content(const State& state, Timestamp at, const Counts&) {
  const auto tells = [at](const Visit& visit) { return visit.shown > 0 && visit.began_at >= at - kEventReach; };
  if (std::ranges::none_of(state.visits, tells)) return std::nullopt;
  return of_recent_visits(state, at, [](const Visit& visit) { return visit.content ? std::int64_t{1} : 0; }, nullptr);
}
Reading offer_response(const State& state, Timestamp at, const Counts&) {
  if (!state.offered_at) return std::nullopt;
  if (state.accepted_at && *state.accepted_at >= *state.offered_at)
    return EventReading{std::string{"positive"}, *state.accepted_at};
  const Timestamp ignored_at = *state.offered_at + kOfferIgnoredAfter;
  if (at >= ignored_at) return EventReading{std::string{"neutral"}, ignored_at};
  if (state.accepted_at) return EventReading{std::string{"positive"}, *state.accepted_at};
  return std::nullopt;
}

using enum EventFeatureKind;
using D = DayCount;
using S = EventSource;
using W = Days;

constexpr EventFeature kEventFeatures[] = {
    {"days_last_login", Age, last_login},
    {"days_last_purch", Age, last_purchase},
    {"sess_7d", Window, number<D::visits, S::visits, W::Week>},
    {"sess_30d", Window, number<D::visits, S::visits, W::Month>},
    {"avg_sess_dur", Window, visit_minutes},
    {"ctr_10_sess", Latest, click_through},
    {"cart_abandon", Window, carts_abandoned},
    {"content_engage", Latest, content},
    {"avg_order_val", Window, order_value},
    {"orders_6m", Window, number<D::orders, S::orders, W::HalfYear>},
    {"purch_freq_90d", Window, orders_a_month},
    {"last_hv_purch", Age, last_large_purchase},
    {"orders_12m", Age, orders_of_year},
    {"first_order_d", Age, first_order},
    {"order_gap", Age, order_gap},
    {"order_late", Age, order_lateness},
    {"refund_rate", Window, share<D::refunded, D::orders, S::orders, W::HalfYear>},
    {"discount_dep", Window, share<D::discounted, D::orders, S::orders, W::HalfYear>},
    {"pay_fails_90d", Window, number<D::payments_failed, S::orders, W::Quarter>},
    {"late_deliv_90d", Window, number<D::deliveries_late, S::deliveries, W::Quarter>},
    {"oos_seen_30d", Window, number<D::out_of_stock, S::visits, W::Month>},
    {"push_open_rate", Window, share<D::pushes_opened, D::pushes, S::pushes, W::Quarter>},
    {"email_ctr", Window, share<D::emails_clicked, D::emails, S::emails, W::Quarter>},
    {"inapp_ctr", Window, share<D::offers_clicked, D::offers, S::offers, W::Quarter>},
    {"promo_resp_time", Window, answer_hours},
    {"retention_resp", Latest, offer_response},
    {"tickets_90d", Window, number<D::tickets, S::tickets, W::Quarter>},
    {"avg_ticket_res", Window, ticket_hours},
    {"csat_score", Latest, satisfaction},
    {"refund_req", Window, number<D::refunded, S::orders, W::HalfYear>},
    {"curr_sess_clk", Latest, clicks},
    {"cart_no_buy", Latest, cart_left},
    {"bounce_flag", Latest, bounced},
    {"abandon_count", Window, number<D::abandoned, S::carts, W::Month>},
    {"cart_item_cnt", Latest, cart_items},
    {"last_abandon_at", Latest, abandoned_at},
};

const std::array<std::size_t, std::size(kEventFeatures)>& rows() {
  static const auto found = [] {
    std::array<std::size_t, std::size(kEventFeatures)> made{};
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = find_feature(kEventFeatures[i].feature);
    return made;
  }();
  return found;
}

// A count of years, or a clock that was set wrong, must not leave the table's range.
void keep_in_range(const FeatureSpec& spec, FeatureValue& value) {
  if (auto* real = std::get_if<double>(&value)) *real = std::clamp(*real, spec.low, spec.high);
  if (auto* integer = std::get_if<std::int64_t>(&value))
    *integer = std::clamp(*integer, static_cast<std::int64_t>(spec.low), static_cast<std::int64_t>(spec.high));
}

bool holds(const EventFeature& feature, const EventReading& reading, const std::optional<FeatureReading>& ingested,
           Timestamp at) {
  if (!ingested || ingested->good_until < at) return true;
  return feature.kind == EventFeatureKind::Window ? reading.whole : reading.at > ingested->at;
}

}  // namespace

std::span<const EventFeature> event_features() noexcept { return kEventFeatures; }

FeatureVector features_at(const FeatureVector& ingested, const CustomerState* state, Timestamp at,
                          std::optional<Timestamp> feed_heard) {
  FeatureVector known = ingested;
  if (state == nullptr) return known;
  const CustomerCounts counts = counts_of(*state, day_of(at));
  for (std::size_t i = 0; i < std::size(kEventFeatures); ++i) {
    auto reading = kEventFeatures[i].read(*state, at, counts);
    const std::size_t row = rows()[i];
    if (!reading || reading->at < at - kEventReach || !holds(kEventFeatures[i], *reading, ingested[row], at)) continue;
    keep_in_range(feature_table()[row], reading->value);
    if (kEventFeatures[i].kind == Latest) {
      known.set(row, std::move(reading->value), reading->at);
      continue;
    }
    const Timestamp good_until = feed_heard ? *feed_heard + feature_table()[row].time_to_live : Timestamp::max();
    known.set_computed(row, std::move(reading->value), reading->at, good_until);
  }
  return known;
}

}  // namespace qm::reco
