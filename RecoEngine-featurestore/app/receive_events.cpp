#include "RecoEngine-featurestore/app/receive_events.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "RecoEngine-featurestore/store/event_log_bytes.hpp"

namespace qm::reco {

// What one customer's part of a batch comes to, however often it has to be tried.
struct ReceiveEvents::Intake {
  enum class Fate : std::uint8_t { open, known, added, over };

  UserId user;
  std::vector<KnownEvent> events;  // each id once, in time order
  std::vector<Fate> fates;         // of each event
  std::size_t sent = 0;            // events, those with the same id included
  Timestamp now{};
  bool done = false;

  // Of the attempt under way:
  CustomerLog log;
  bool rebuilds = false;              // the state is made anew from the log
  bool waits = false;                 // its months are written, so that its state may be
  std::vector<std::size_t> adding;    // events
  std::vector<std::int32_t> changed;  // months
  CustomerState state;                // as it will be, or is, written

  std::int64_t count(Fate fate) const { return std::ranges::count(fates, fate); }
  void prepare();
  std::vector<std::int32_t> months() const;
  void mark_known();
  void add(bool anew);
};

namespace {

constexpr int kMaxAttempts = 50;
// Bounds what a batch holds in memory: a month's log may have kMaxLogBytes.
constexpr std::size_t kCustomersAtOnce = 128;

std::int64_t applied(const CustomerState& state, std::int32_t month) {
  const auto found = std::ranges::find(state.months, month, &MonthCount::month);
  return found == state.months.end() ? 0 : found->events;
}

// Whether the state has just what these months have.
bool is_of(const CustomerState& state, const std::vector<LogMonth>& months) {
  return !state.is_outdated && std::ranges::all_of(months, [&](const LogMonth& month) {
    return applied(state, month.month) == month.events;
  });
}

}  // namespace

// Of an event that is twice in the batch the earlier counts.
void ReceiveEvents::Intake::prepare() {
  sent = events.size();
  if (!std::ranges::is_sorted(events, happened_before, &KnownEvent::event))
    std::ranges::sort(events, happened_before, &KnownEvent::event);
  std::set<std::string_view> ids;
  std::vector<bool> again;
  for (const KnownEvent& each : events) again.push_back(!ids.insert(each.event.id.str()).second);
  if (ids.size() < events.size()) {
    std::size_t at = 0;
    std::erase_if(events, [&](const KnownEvent&) { return again[at++]; });
  }
  fates.assign(events.size(), Fate::open);
}

std::vector<std::int32_t> ReceiveEvents::Intake::months() const {
  std::set<std::int32_t> months;
  for (const KnownEvent& each : events) {
    months.insert(month_of(each.event.at));
    // Sent before, its time may have been set right across the end of a month.
    months.insert(month_of(each.event.at - kMaxEventAhead));
  }
  return {months.begin(), months.end()};
}

void ReceiveEvents::Intake::mark_known() {
  std::unordered_map<std::string_view, std::size_t> asked;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (fates[i] == Fate::open) asked.emplace(events[i].event.id.str(), i);
  for (const LogMonth& month : log.months) {
    for_each_event_id(month.log, [&](std::string_view id) {
      if (const auto found = asked.find(id); found != asked.end()) fates[found->second] = Fate::known;
    });
  }
}

// To the months and the state that were read.
void ReceiveEvents::Intake::add(bool anew) {
  adding.clear();
  changed.clear();
  state = log.state ? std::move(*log.state) : CustomerState{};
  // Before this batch; a state that lacks any of it lacks what somebody wrote and could not finish.
  rebuilds = anew || !is_of(state, log.months);
  mark_known();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (fates[i] != Fate::open) continue;
    const Event& event = events[i].event;
    LogMonth& month = *std::ranges::find(log.months, month_of(event.at), &LogMonth::month);
    if (month.events >= static_cast<std::int64_t>(kMaxEventsPerMonth) || month.log.size() >= kMaxLogBytes) {
      fates[i] = Fate::over;
      continue;
    }
    append_event(month.log, events[i]);
    ++month.events;
    adding.push_back(i);
    if (changed.empty() || changed.back() != month.month) changed.push_back(month.month);
    rebuilds = rebuilds || !may_apply(state, event);
    if (!rebuilds) apply(state, event);
  }
}

Task<Result<void>> ReceiveEvents::try_once(std::span<Intake> intakes, bool anew) {
  std::vector<WantedLog> wanted;
  for (const Intake& each : intakes) {
    if (each.done) continue;
    wanted.push_back({each.user, each.months()});
  }
  auto logs = co_await events_.read_many(std::move(wanted));
  if (!logs) co_return logs.error();
  std::vector<MonthWrite> writes;
  auto log = logs->begin();
  for (Intake& each : intakes) {
    if (each.done) continue;
    each.log = std::move(*log++);
    each.add(anew);
    // In time order, so that each month comes once.
    for (const std::int32_t month : each.changed)
      writes.push_back({each.user, std::move(*std::ranges::find(each.log.months, month, &LogMonth::month))});
  }
  std::vector<Result<void>> written;
  if (!writes.empty()) {
    auto all = co_await events_.write_months(std::move(writes));
    if (!all) co_return all.error();
    written = std::move(*all);
  }
  // Who was slower with one of the months begins anew; what of others was written is found in the log then.
  auto of_month = written.begin();
  for (Intake& each : intakes) {
    if (each.done) continue;
    bool slower = false;
    for (const std::int32_t month : each.changed) {
      const auto result = *of_month++;
      if (!result && result.error().kind != ErrorKind::GenerationMismatch) co_return result.error();
      slower = slower || !result;
      if (!result) continue;
      for (const std::size_t i : each.adding)
        if (month_of(each.events[i].event.at) == month) each.fates[i] = Intake::Fate::added;
    }
    each.log.months.clear();
    each.waits = !slower;
  }
  auto made = co_await make_states(intakes);
  co_return made;
}

Task<Result<void>> ReceiveEvents::make_states(std::span<Intake> intakes) {
  std::vector<StateWrite> writes;
  std::vector<Intake*> whose;
  for (Intake& each : intakes) {
    if (each.done || !each.waits) continue;
    if (each.rebuilds) {
      auto all = co_await events_.read_all(each.user, each.now);
      if (!all) co_return all.error();
      each.state = state_of(std::move(*all), Timestamp::max());
      ++rebuilt_;
    } else if (each.changed.empty() && each.count(Intake::Fate::added) == 0) {
      each.done = true;  // all of it was there before
      continue;
    }
    // Written anew too where somebody else has put our events into it: theirs may not be durable yet.
    writes.push_back({each.user, each.state, each.log.state_generation});
    whose.push_back(&each);
  }
  if (writes.empty()) co_return Result<void>{};
  auto written = co_await events_.write_states(std::move(writes));
  if (!written) co_return written.error();
  for (std::size_t i = 0; i < whose.size(); ++i) {
    const auto& result = (*written)[i];
    if (!result && result.error().kind != ErrorKind::GenerationMismatch) co_return result.error();
    whose[i]->done = result.has_value();
  }
  co_return Result<void>{};
}

Task<Result<void>> ReceiveEvents::finish(std::span<Intake> intakes, bool anew) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    auto tried = co_await try_once(intakes, anew);
    if (!tried) co_return tried.error();
    if (std::ranges::all_of(intakes, &Intake::done)) co_return Result<void>{};
  }
  const auto& one = *std::ranges::find(intakes, false, &Intake::done);
  co_return unavailable("The customer " + one.user.str() + " is being changed elsewhere; please try again.");
}

Task<Result<CustomerState>> ReceiveEvents::rebuild(UserId user) {
  Intake intake;
  intake.user = std::move(user);
  intake.now = clock_.now();
  const std::span<Intake> one{&intake, 1};
  auto done = co_await finish(one, true);
  if (!done) co_return done.error();
  co_return std::move(intake.state);
}

// That it could not be noted costs the events nothing: the next one of the day notes it.
Task<void> ReceiveEvents::tell_feed(std::span<const Intake> intakes) {
  if (feed_ == nullptr) co_return;
  const auto known = feed_->feed();
  std::vector<Timestamp> known_at;
  Timestamp looked_at = Timestamp::min();  // most of a batch became known at one moment
  for (const Intake& each : intakes) {
    for (std::size_t i = 0; i < each.events.size(); ++i) {
      const Timestamp at = each.events[i].known_at;
      if (at == looked_at || each.fates[i] != Intake::Fate::added) continue;
      looked_at = at;
      if (!known->has_day_of(at)) known_at.push_back(at);
    }
  }
  if (!known_at.empty()) static_cast<void>(co_await feed_->note(std::move(known_at)));
}

Task<Result<EventsTaken>> ReceiveEvents::run(std::vector<Event> events, bool imported) {
  EventsTaken result;
  const Timestamp now = clock_.now();
  std::map<UserId, std::size_t> places;
  std::vector<Intake> intakes;
  for (Event& event : events) {
    const auto why = why_not_taken(event, now, window_, imported);
    if (!why.empty()) {
      result.refused.push_back({event.id.str(), std::string{why}});
      continue;
    }
    const auto [place, is_new] = places.try_emplace(event.user_id, intakes.size());
    if (is_new) {
      Intake& intake = intakes.emplace_back();
      intake.user = event.user_id;
      intake.now = now;
    }
    intakes[place->second].events.push_back(taken(std::move(event), now, imported));
  }
  for (Intake& each : intakes) each.prepare();
  for (std::size_t first = 0; first < intakes.size(); first += kCustomersAtOnce) {
    const std::span<Intake> part{&intakes[first], std::min(kCustomersAtOnce, intakes.size() - first)};
    auto done = co_await finish(part, false);
    if (!done) co_return done.error();
    for (Intake& each : part) {
      const std::int64_t added = each.count(Intake::Fate::added), over = each.count(Intake::Fate::over);
      result.accepted += added;
      result.duplicates += static_cast<std::int64_t>(each.sent) - added - over;
      for (std::size_t i = 0; over > 0 && i < each.events.size(); ++i) {
        if (each.fates[i] == Intake::Fate::over)
          result.refused.push_back({each.events[i].event.id.str(), "the customer has too many of that month"});
      }
    }
  }
  co_await tell_feed(intakes);
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
