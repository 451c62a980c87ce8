#include "RecoEngine-featurestore/domain/customer_state.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "platform/core/fnv1a.hpp"

namespace qm::reco {

namespace {

constexpr std::int64_t kMonthsAYear = 12;
constexpr double kSecondsAnHour = 3600;

CustomerDay* find_day(CustomerState& state, std::int32_t day) {
  const auto at = std::ranges::lower_bound(state.days, day, {}, &CustomerDay::day);
  return at == state.days.end() || at->day != day ? nullptr : &*at;
}

void count(CustomerState& state, std::int32_t day, DayCount what, std::int64_t more = 1) {
  const auto at = std::ranges::lower_bound(state.days, day, {}, &CustomerDay::day);
  if (at != state.days.end() && at->day == day) {
    (*at)[what] += more;
  } else if (more > 0) {
    (*state.days.insert(at, CustomerDay{day, {}}))[what] = more;
  }
}
// Only where it was counted: the day may have been forgotten.
void take_back(CustomerState& state, std::int32_t day, DayCount what, std::int64_t less = 1) {
  if (CustomerDay* of_day = find_day(state, day)) (*of_day)[what] -= less;
}

void hear(CustomerState& state, EventSource source, Timestamp at) {
  auto& heard = state.heard[static_cast<std::size_t>(source)];
  if (!heard) heard = {at, at};
  heard->last = at;
}
// What answers something says nothing of whether everything is told that could be answered.
void hear_again(CustomerState& state, EventSource source, Timestamp at) {
  if (auto& heard = state.heard[static_cast<std::size_t>(source)]) heard->last = at;
}

bool goes_on(const CustomerState& state, Timestamp at) {
  return !state.visits.empty() && !state.visits.back().over && at - state.visits.back().seen_at <= kVisitGap;
}

Visit& see(CustomerState& state, Timestamp at) {
  hear(state, EventSource::visits, at);
  if (goes_on(state, at)) {
    Visit& visit = state.visits.back();
    count(state, day_of(visit.began_at), DayCount::visit_ms, (at - visit.seen_at).count());
    visit.seen_at = at;
    return visit;
  }
  if (!state.visits.empty()) state.seen_before = state.visits.back().seen_at;
  if (state.visits.size() == kRecentVisits) state.visits.erase(state.visits.begin());
  count(state, day_of(at), DayCount::visits);
  Visit& visit = state.visits.emplace_back();
  visit.began_at = visit.seen_at = at;
  return visit;
}

void leave(CustomerState& state, Timestamp at) {
  if (goes_on(state, at)) see(state, at).over = true;
}

void show(CustomerState& state, const Event& event) {
  Visit& visit = see(state, event.at);
  ++visit.clicks;
  ++visit.shown;
  if (event.data.page == "guide" || event.data.page == "review") visit.content = true;
}

void look_at(CustomerState& state, Timestamp at) {
  Visit& visit = see(state, at);
  ++visit.clicks;
  ++visit.products;
}

void change_cart(CustomerState& state, const Event& event) {
  see(state, event.at);
  hear(state, EventSource::carts, event.at);
  if (!event.data.item_count) return;
  state.cart_items = {*event.data.item_count, event.at};
  // An emptied cart does not say that nothing was ever put in.
  if (*event.data.item_count > 0) state.cart_left = {true, event.at};
}

void abandon_cart(CustomerState& state, Timestamp at) {
  hear(state, EventSource::carts, at);
  state.cart_left = {true, at};
  state.abandoned_at = at;
  count(state, day_of(at), DayCount::abandoned);
}

void forget_oldest_order(CustomerState& state) {
  const RecentOrder& oldest = state.orders.front();
  if (!oldest.cancelled) {
    state.order_before = oldest.at;
    if (oldest.large) state.large_order_before = oldest.at;
  }
  state.orders.erase(state.orders.begin());
}

void place_order(CustomerState& state, const Event& event) {
  see(state, event.at);
  hear(state, EventSource::carts, event.at);
  hear(state, EventSource::orders, event.at);
  state.cart_left = {false, event.at};
  RecentOrder order;
  order.id_hash = fnv1a(event.data.order_id ? *event.data.order_id : event.id.str());
  order.at = event.at;
  order.amount_minor = event.data.amount ? event.data.amount->minor() : 0;
  order.discounted = event.data.discount && event.data.discount->minor() > 0;
  order.large = state.orders_ever > 0 && 2 * static_cast<double>(order.amount_minor) *
                                                 static_cast<double>(state.orders_ever) >=
                                             3 * static_cast<double>(state.spent_ever_minor);
  const std::int32_t day = day_of(event.at);
  count(state, day, DayCount::orders);
  count(state, day, DayCount::spent_minor, order.amount_minor);
  if (order.discounted) count(state, day, DayCount::discounted);
  ++state.orders_ever;
  state.spent_ever_minor += order.amount_minor;
  if (state.orders.size() == kRecentOrders) forget_oldest_order(state);
  state.orders.push_back(order);
}

RecentOrder* find_order(CustomerState& state, const Event& event) {
  if (!event.data.order_id) return nullptr;
  const auto found = std::ranges::find(state.orders, fnv1a(*event.data.order_id), &RecentOrder::id_hash);
  return found == state.orders.end() ? nullptr : &*found;
}

void cancel_order(CustomerState& state, const Event& event) {
  RecentOrder* order = find_order(state, event);
  hear_again(state, EventSource::orders, event.at);
  if (order == nullptr || order->cancelled) return;
  order->cancelled = true;
  const std::int32_t day = day_of(order->at);
  take_back(state, day, DayCount::orders);
  take_back(state, day, DayCount::spent_minor, order->amount_minor);
  if (order->discounted) take_back(state, day, DayCount::discounted);
  if (order->refunded_on) take_back(state, *order->refunded_on, DayCount::refunded);
  --state.orders_ever;
  state.spent_ever_minor -= order->amount_minor;
}

void refund_order(CustomerState& state, const Event& event) {
  hear(state, EventSource::orders, event.at);
  const std::int32_t day = day_of(event.at);
  if (RecentOrder* order = find_order(state, event)) {
    if (order->cancelled || order->refunded_on) return;
    order->refunded_on = day;
  }
  count(state, day, DayCount::refunded);
}

void close_ticket(CustomerState& state, const Event& event) {
  hear(state, EventSource::tickets, event.at);
  if (event.data.resolution_hours) {
    count(state, day_of(event.at), DayCount::tickets_closed);
    count(state, day_of(event.at), DayCount::ticket_seconds,
          std::llround(*event.data.resolution_hours * kSecondsAnHour));
  }
  if (event.data.score) state.satisfaction = {*event.data.score, event.at};
}

std::uint64_t nudge_hash(const Event& event) {
  return fnv1a(event.data.nudge_id ? *event.data.nudge_id : event.id.str());
}

void deliver_nudge(CustomerState& state, const Event& event) {
  const std::int32_t day = day_of(event.at);
  if (event.data.channel == Channel::push) {
    hear(state, EventSource::pushes, event.at);
    count(state, day, DayCount::pushes);
  } else if (event.data.channel == Channel::email) {
    hear(state, EventSource::emails, event.at);
    count(state, day, DayCount::emails);
  } else if (event.data.channel == Channel::app) {
    hear(state, EventSource::offers, event.at);
    count(state, day, DayCount::offers);
  }
  state.offered_at = event.at;
  if (state.open_nudges.size() == kOpenNudges) state.open_nudges.erase(state.open_nudges.begin());
  state.open_nudges.push_back({nudge_hash(event), event.at});
}

void answer_nudge(CustomerState& state, const Event& event) {
  if (event.data.channel == Channel::push) hear_again(state, EventSource::pushes, event.at);
  if (event.data.channel == Channel::email) hear_again(state, EventSource::emails, event.at);
  if (event.data.channel == Channel::app) hear_again(state, EventSource::offers, event.at);
  const std::int32_t day = day_of(event.at);
  const bool clicked = event.type == EventType::nudge_clicked;
  if (event.data.channel == Channel::push && !clicked) count(state, day, DayCount::pushes_opened);
  if (event.data.channel == Channel::email && clicked) count(state, day, DayCount::emails_clicked);
  if (event.data.channel == Channel::app && clicked) count(state, day, DayCount::offers_clicked);
  if (clicked) state.accepted_at = event.at;
  const auto open = std::ranges::find(state.open_nudges, nudge_hash(event), &OpenNudge::id_hash);
  if (open == state.open_nudges.end()) return;
  count(state, day, DayCount::answers);
  count(state, day, DayCount::answer_ms, (event.at - open->delivered_at).count());
  state.open_nudges.erase(open);
}

void count_event(CustomerState& state, Timestamp at) {
  const std::int32_t month = month_of(at);
  const auto found = std::ranges::lower_bound(state.months, month, {}, &MonthCount::month);
  if (found != state.months.end() && found->month == month) ++found->events;
  else state.months.insert(found, {month, 1});
}

}  // namespace

std::int32_t day_of(Timestamp at) noexcept {
  return static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(at).time_since_epoch().count());
}

std::int32_t month_of(Timestamp at) noexcept {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(at)};
  return static_cast<std::int32_t>(static_cast<int>(date.year()) * kMonthsAYear +
                                   static_cast<unsigned>(date.month()) - 1);
}

bool may_apply(const CustomerState& state, const Event& event) noexcept {
  return std::tie(state.newest_at, state.newest_id) < std::tie(event.at, event.id.str());
}

void apply(CustomerState& state, const Event& event) {
  const std::int32_t oldest = day_of(event.at) - kDaysCounted;
  if (!state.days.empty() && state.days.front().day < oldest)
    state.days.erase(state.days.begin(), std::ranges::lower_bound(state.days, oldest, {}, &CustomerDay::day));
  switch (event.type) {
    case EventType::session_started:
    case EventType::login: see(state, event.at); break;
    case EventType::session_ended:
    case EventType::logout: leave(state, event.at); break;
    case EventType::page_viewed:
    case EventType::search: show(state, event); break;
    case EventType::product_viewed: look_at(state, event.at); break;
    case EventType::cart_changed: change_cart(state, event); break;
    case EventType::cart_abandoned: abandon_cart(state, event.at); break;
    case EventType::order_placed: place_order(state, event); break;
    case EventType::order_cancelled: cancel_order(state, event); break;
    case EventType::order_refunded: refund_order(state, event); break;
    case EventType::coupon_redeemed:
      if (state.offered_at) state.accepted_at = event.at;
      break;
    case EventType::nudge_delivered: deliver_nudge(state, event); break;
    case EventType::nudge_opened:
    case EventType::nudge_clicked: answer_nudge(state, event); break;
    case EventType::ticket_opened:
      hear(state, EventSource::tickets, event.at);
      count(state, day_of(event.at), DayCount::tickets);
      break;
    case EventType::ticket_closed: close_ticket(state, event); break;
    case EventType::ticket_rated:
      if (event.data.score) state.satisfaction = {*event.data.score, event.at};
      break;
    case EventType::payment_failed:
      hear(state, EventSource::orders, event.at);
      count(state, day_of(event.at), DayCount::payments_failed);
      break;
    case EventType::delivery_late:
      hear(state, EventSource::deliveries, event.at);
      count(state, day_of(event.at), DayCount::deliveries_late);
      break;
    case EventType::out_of_stock_seen:
      see(state, event.at);
      count(state, day_of(event.at), DayCount::out_of_stock);
      break;
  }
  count_event(state, event.at);
  state.newest_at = event.at;
  state.newest_id = event.id.str();
}

CustomerState state_of(std::vector<KnownEvent> events, Timestamp now) {
  std::erase_if(events, [now](const KnownEvent& each) { return each.known_at > now; });
  std::ranges::sort(events, happened_before, &KnownEvent::event);
  CustomerState state;
  for (const KnownEvent& each : events) apply(state, each.event);
  return state;
}

}  // namespace qm::reco
