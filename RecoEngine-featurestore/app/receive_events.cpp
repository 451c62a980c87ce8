#include "RecoEngine-featurestore/app/receive_events.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "RecoEngine-featurestore/store/event_log_bytes.hpp"

namespace qm::reco {

// What one customer's part of a batch comes to, however often it has to be tried.
struct ReceiveEvents::Intake {
  UserId user;
  std::vector<KnownEvent> events;  // each id once, in time order
  Timestamp now{};
  std::set<std::string, std::less<>> added;
  std::set<std::string, std::less<>> over;
  CustomerState state;  // as written last
};

namespace {

constexpr int kMaxAttempts = 50;

std::vector<std::int32_t> months_of(const std::vector<KnownEvent>& events) {
  std::set<std::int32_t> months;
  for (const KnownEvent& each : events) {
    months.insert(month_of(each.event.at));
    // Sent before, its time may have been set right across the end of a month.
    months.insert(month_of(each.event.at - kMaxEventAhead));
  }
  return {months.begin(), months.end()};
}

std::set<std::string, std::less<>> known_ids(const std::vector<LogMonth>& months,
                                             const std::vector<KnownEvent>& events) {
  std::unordered_map<std::string_view, bool> asked;
  for (const KnownEvent& each : events) asked.emplace(each.event.id.str(), false);
  std::set<std::string, std::less<>> known;
  for (const LogMonth& month : months)
    for_each_event_id(month.log, [&](std::string_view id) {
      if (asked.contains(id)) known.emplace(id);
    });
  return known;
}

std::int64_t applied(const CustomerState& state, std::int32_t month) {
  const auto found = std::ranges::find(state.months, month, &MonthCount::month);
  return found == state.months.end() ? 0 : found->events;
}

// Whether the state has just what these months have.
bool is_of(const CustomerState& state, const std::vector<LogMonth>& months) {
  return std::ranges::all_of(months,
                             [&](const LogMonth& month) { return applied(state, month.month) == month.events; });
}

}  // namespace

Task<Result<void>> ReceiveEvents::try_once(Intake& intake, bool anew) {
  auto found = co_await events_.read(intake.user, months_of(intake.events));
  if (!found) co_return found.error();
  CustomerState state = found->state.value_or(CustomerState{});
  const auto known = known_ids(found->months, intake.events);
  // Before this batch; a state that lacks any of it lacks what somebody wrote and could not finish.
  bool in_order = is_of(state, found->months) && !anew;

  std::map<std::int32_t, std::vector<std::string>> changed;  // what each month gets
  for (const KnownEvent& each : intake.events) {
    const std::string& id = each.event.id.str();
    if (known.contains(id) || intake.over.contains(id)) continue;
    LogMonth& month = *std::ranges::find(found->months, month_of(each.event.at), &LogMonth::month);
    if (month.events >= static_cast<std::int64_t>(kMaxEventsPerMonth) || month.log.size() >= kMaxLogBytes) {
      intake.over.insert(id);
      continue;
    }
    append_event(month.log, each);
    ++month.events;
    changed[month.month].push_back(id);
    in_order = in_order && may_apply(state, each.event);
    if (in_order) apply(state, each.event);
  }
  for (LogMonth& month : found->months) {
    const auto of_month = changed.find(month.month);
    if (of_month == changed.end()) continue;
    auto written = co_await events_.write_month(intake.user, month);
    if (!written) co_return written.error();
    intake.added.insert(of_month->second.begin(), of_month->second.end());
  }
  if (!in_order) {
    auto all = co_await events_.read_all(intake.user, intake.now);
    if (!all) co_return all.error();
    state = state_of(std::move(*all), Timestamp::max());
    ++rebuilt_;
  } else if (changed.empty()) {
    intake.state = std::move(state);
    co_return Result<void>{};  // all of it was there before
  }
  intake.state = state;
  auto written = co_await events_.write_state(intake.user, std::move(state), found->state_generation);
  co_return written;
}

Task<Result<void>> ReceiveEvents::take(Intake& intake) {
  // Of an event that is twice in the batch the earlier counts.
  std::ranges::sort(intake.events, happened_before, &KnownEvent::event);
  std::set<std::string, std::less<>> ids;
  std::erase_if(intake.events, [&](const KnownEvent& each) { return !ids.insert(each.event.id.str()).second; });
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    auto done = co_await try_once(intake, false);
    if (done || done.error().kind != ErrorKind::GenerationMismatch) co_return done;
  }
  co_return unavailable("The customer " + intake.user.str() + " is being changed elsewhere; please try again.");
}

Task<Result<CustomerState>> ReceiveEvents::rebuild(UserId user) {
  Intake intake;
  intake.user = std::move(user);
  intake.now = clock_.now();
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    auto done = co_await try_once(intake, true);
    if (done) co_return std::move(intake.state);
    if (done.error().kind != ErrorKind::GenerationMismatch) co_return done.error();
  }
  co_return unavailable("The customer " + intake.user.str() + " is being changed elsewhere; please try again.");
}

Task<Result<EventsTaken>> ReceiveEvents::run(std::vector<Event> events, bool imported) {
  EventsTaken result;
  const Timestamp now = clock_.now();
  std::map<UserId, Intake> by_user;
  for (Event& event : events) {
    const auto why = why_not_taken(event, now, window_, imported);
    if (!why.empty()) {
      result.refused.push_back({event.id.str(), std::string{why}});
      continue;
    }
    Intake& intake = by_user[event.user_id];
    intake.events.push_back(taken(std::move(event), now, imported));
  }
  for (auto& [user, intake] : by_user) {
    const auto sent = static_cast<std::int64_t>(intake.events.size());
    intake.user = user;
    intake.now = now;
    auto done = co_await take(intake);
    if (!done) co_return done.error();
    result.accepted += static_cast<std::int64_t>(intake.added.size());
    result.duplicates += sent - static_cast<std::int64_t>(intake.added.size() + intake.over.size());
    for (const std::string& id : intake.over) result.refused.push_back({id, "the customer has too many of that month"});
  }
  accepted_ += result.accepted;
  duplicates_ += result.duplicates;
  refused_ += static_cast<std::int64_t>(result.refused.size());
  co_return result;
}

Task<Result<EventPage>> ReceiveEvents::list(UserId user, Timestamp from, std::size_t limit) {
  auto known = co_await events_.read_all(std::move(user), clock_.now());
  if (!known) co_return known.error();
  std::ranges::sort(*known, happened_before, &KnownEvent::event);
  EventPage page;
  for (KnownEvent& each : *known) {
    if (each.event.at < from) continue;
    if (page.events.size() >= limit && each.event.at != page.events.back().at) {
      page.next_from = each.event.at;
      break;
    }
    page.events.push_back(std::move(each.event));
  }
  co_return page;
}

}  // namespace qm::reco
