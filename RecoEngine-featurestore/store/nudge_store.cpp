#include "RecoEngine-featurestore/store/nudge_store.hpp"

#include "RecoEngine-featurestore/store/nudge_record.hpp"

namespace qm::reco {

namespace {

constexpr int kMaxNudgeAttempts = 16;
// Marks of a decision.
constexpr const char* kRecorded = "recorded";
constexpr const char* kOwed = "owed";
constexpr std::size_t kMonthBytes = 7;  // "2026-11"
// Never part of an id, so that no customer's name can be taken for another's month.
constexpr char kSeparator = '~';

kv::Key decision_key(const UserId& user, const std::string& rule) {
  return {"nudge_decision", user.str() + kSeparator + rule};
}
kv::Key nudge_key(const NudgeId& id) { return {"nudge", id.str()}; }
kv::Key months_key(const UserId& user) { return {"user_nudges", user.str()}; }
kv::Key month_key(const UserId& user, const std::string& month) {
  return {"user_nudges", user.str() + kSeparator + month};
}
kv::Key stats_key() { return {"nudge_stats", "all"}; }

std::string month_text(Timestamp at) { return to_rfc3339(at).substr(0, kMonthBytes); }

Result<NudgeDecision> decision_from(const UserId& user, const std::string& rule, const kv::Record& record) {
  NudgeDecision decision{user, rule, {}, record.get<bool>(kOwed) != nullptr};
  const auto* nudges = record.get<kv::List>("nudges");
  if (nudges == nullptr) return Error{ErrorKind::Internal, "the record of a nudge decision cannot be read"};
  for (const auto& element : *nudges) {
    const auto* bins = element.as<kv::Map>();
    if (bins == nullptr) return Error{ErrorKind::Internal, "the record of a nudge decision cannot be read"};
    auto nudge = nudge_from(*bins);
    if (!nudge) return nudge.error();
    decision.nudges.push_back(std::move(*nudge));
  }
  return decision;
}

struct Position {
  std::string month;
  std::string nudge_id;  // the last one given
};

Result<Position> parse_cursor(const std::string& cursor) {
  if (cursor.empty()) return Position{};
  if (cursor.size() > kMonthBytes + 1 && cursor[kMonthBytes] == kSeparator &&
      is_valid_id(cursor.substr(kMonthBytes + 1))) {
    return Position{cursor.substr(0, kMonthBytes), cursor.substr(kMonthBytes + 1)};
  }
  return invalid({{{"query", "cursor"}, "value is not a cursor of an earlier answer", "value_error.cursor"}});
}

// The map's keys, newest (last) first.
std::vector<std::string> keys_from_last(const kv::Record& record, std::string_view bin) {
  std::vector<std::string> keys;
  if (const auto* map = record.get<kv::Map>(bin)) {
    for (auto it = map->rbegin(); it != map->rend(); ++it) keys.push_back(it->first);
  }
  return keys;
}

bool responded(NudgeStatus status) {
  return status == NudgeStatus::viewed || status == NudgeStatus::clicked || status == NudgeStatus::used;
}

}  // namespace

// Nothing: none stands.
Task<Result<std::optional<NudgeStore::Standing>>> NudgeStore::find_standing(UserId user, std::string rule_id) {
  auto record = co_await store_.get(decision_key(user, rule_id));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return std::optional<Standing>{};
  if (!record) co_return record.error();
  auto earlier = decision_from(user, rule_id, *record);
  if (!earlier) co_return earlier.error();
  Standing found{std::move(*earlier), false, record->get<bool>(kRecorded) != nullptr};
  co_return std::optional<Standing>{std::move(found)};
}

Task<Result<std::optional<NudgeDecision>>> NudgeStore::find_recorded(UserId user, std::string rule_id) {
  std::optional<NudgeDecision> decision;
  auto standing = co_await find_standing(std::move(user), std::move(rule_id));
  if (!standing) co_return standing.error();
  if (*standing && (*standing)->recorded) decision = std::move((*standing)->decision);
  co_return decision;
}

Task<Result<NudgeStore::Standing>> NudgeStore::stand(NudgeDecision decision, std::chrono::seconds cool_down) {
  const kv::Key key = decision_key(decision.user_id, decision.rule_id);
  kv::List nudges;
  for (const auto& nudge : decision.nudges) nudges.emplace_back(to_bins(nudge));
  kv::Bins bins;
  bins["nudges"] = std::move(nudges);
  kv::WriteOptions once;
  once.mode = kv::WriteMode::CreateOnly;
  once.ttl = cool_down;
  for (int attempt = 0; attempt < kMaxNudgeAttempts; ++attempt) {
    once.deadline = deadline_in(kv::kDefaultTimeout);
    auto created = co_await store_.put(key, bins, once);
    if (created) {
      Standing made{std::move(decision), true, false};
      co_return made;
    }
    if (created.error().kind != ErrorKind::AlreadyExists) co_return created.error();
    auto found = co_await find_standing(decision.user_id, decision.rule_id);
    if (!found) co_return found.error();
    if (*found) co_return std::move(**found);  // else it expired between the two calls
  }
  co_return unavailable("The nudge could not be decided; please try again.");
}

Task<Result<NudgeDecision>> NudgeStore::decide(NudgeDecision decision, std::chrono::seconds cool_down) {
  auto standing = co_await stand(std::move(decision), cool_down);
  if (!standing) co_return standing.error();
  if (standing->made_now) {
    NudgeStats more;
    more.sent = static_cast<std::int64_t>(standing->decision.nudges.size());
    auto counted = co_await count(more);
    if (!counted) co_return counted.error();
  }
  if (standing->recorded) co_return std::move(standing->decision);
  // Also for a decision that somebody else made: they may have died before this point.
  for (const auto& nudge : standing->decision.nudges) {
    auto recorded = co_await record(nudge);
    if (!recorded) co_return recorded.error();
  }
  auto marked = co_await mark(standing->decision.user_id, standing->decision.rule_id, kRecorded);
  if (!marked) co_return marked.error();
  co_return std::move(standing->decision);
}

Task<Result<void>> NudgeStore::mark(UserId user, std::string rule_id, const char* bin) {
  kv::Bins done;
  done[bin] = true;
  kv::WriteOptions only_there;
  only_there.mode = kv::WriteMode::UpdateOnly;
  only_there.durable = false;
  auto marked = co_await store_.put(decision_key(user, rule_id), std::move(done), only_there);
  if (!marked && marked.error().kind != ErrorKind::NotFound) co_return marked.error();
  co_return Result<void>{};
}

Task<Result<void>> NudgeStore::mark_owed(UserId user, std::string rule_id) {
  return mark(std::move(user), std::move(rule_id), kOwed);
}

Task<Result<void>> NudgeStore::record(Nudge nudge) {
  kv::WriteOptions once;
  once.mode = kv::WriteMode::CreateOnly;
  const kv::Key key = nudge_key(nudge.nudge_id);
  auto created = co_await store_.put(key, to_bins(nudge), once);
  if (!created && created.error().kind != ErrorKind::AlreadyExists) co_return created.error();

  const std::string month = month_text(nudge.decided_at);
  std::vector<kv::Op> id_step;
  id_step.push_back(kv::Op::map_put("ids", nudge.nudge_id.str(), std::int64_t{1}));
  auto in_month = co_await store_.operate(month_key(nudge.user_id, month), std::move(id_step));
  if (!in_month) co_return in_month.error();
  std::vector<kv::Op> month_step;
  month_step.push_back(kv::Op::map_put("months", month, std::int64_t{1}));
  auto in_months = co_await store_.operate(months_key(nudge.user_id), std::move(month_step));
  if (!in_months) co_return in_months.error();
  co_return Result<void>{};
}

Task<Result<Nudge>> NudgeStore::find(NudgeId id) {
  auto record = co_await store_.get(nudge_key(id));
  if (!record) {
    if (record.error().kind == ErrorKind::NotFound) co_return not_found("There is no such nudge.");
    co_return record.error();
  }
  co_return nudge_from(record->bins);
}

Task<Result<NudgePage>> NudgeStore::list(UserId user, std::size_t limit, std::string cursor) {
  auto from = parse_cursor(cursor);
  if (!from) co_return from.error();
  NudgePage page;
  auto months = co_await store_.get(months_key(user));
  if (!months) {
    if (months.error().kind == ErrorKind::NotFound) co_return page;
    co_return months.error();
  }
  std::vector<kv::Key> wanted;
  std::string last;  // where the page ends
  bool more = false;
  for (const auto& month : keys_from_last(*months, "months")) {
    if (more) break;
    if (!from->month.empty() && month > from->month) continue;
    auto ids = co_await store_.get(month_key(user, month));
    if (!ids) co_return ids.error();
    for (const auto& id : keys_from_last(*ids, "ids")) {
      if (month == from->month && id >= from->nudge_id) continue;
      more = wanted.size() == limit;
      if (more) break;
      wanted.push_back({"nudge", id});
      last = month + kSeparator + id;
    }
  }
  auto records = co_await store_.get_many(std::move(wanted));
  if (!records) co_return records.error();
  for (const auto& record : *records) {
    if (!record) continue;
    auto nudge = nudge_from(record->bins);
    if (!nudge) co_return nudge.error();
    page.nudges.push_back(std::move(*nudge));
  }
  if (more) page.cursor = last;
  co_return page;
}

Task<Result<OutcomeApplied>> NudgeStore::apply(NudgeId id, NudgeOutcome outcome) {
  for (int attempt = 0; attempt < kMaxNudgeAttempts; ++attempt) {
    auto record = co_await store_.get(nudge_key(id));
    if (!record) {
      if (record.error().kind == ErrorKind::NotFound) co_return not_found("There is no such nudge.");
      co_return record.error();
    }
    auto nudge = nudge_from(record->bins);
    if (!nudge) co_return nudge.error();
    const NudgeStatus before = nudge->status;
    auto changed = apply_outcome(*nudge, outcome);
    if (!changed) co_return changed.error();
    OutcomeApplied applied{std::move(*nudge), *changed};
    if (!applied.changed) co_return applied;
    kv::WriteOptions unchanged;
    unchanged.mode = kv::WriteMode::UpdateOnly;
    unchanged.expect_generation = record->generation;
    auto written = co_await store_.put(nudge_key(id), to_bins(applied.nudge), unchanged);
    if (!written && written.error().kind == ErrorKind::GenerationMismatch) continue;
    if (!written) co_return written.error();
    NudgeStats more;
    more.responded = responded(applied.nudge.status) && !responded(before) ? 1 : 0;
    more.converted = applied.nudge.status == NudgeStatus::used ? 1 : 0;
    auto counted = co_await count(more);
    if (!counted) co_return counted.error();
    co_return applied;
  }
  co_return unavailable("Too many reports about this nudge at once; please try again.");
}

// A crash between a change and its count leaves the figures one short: they are for a dashboard.
Task<Result<void>> NudgeStore::count(NudgeStats more) {
  std::vector<kv::Op> steps;
  if (more.sent != 0) steps.push_back(kv::Op::add("sent", more.sent));
  if (more.responded != 0) steps.push_back(kv::Op::add("responded", more.responded));
  if (more.converted != 0) steps.push_back(kv::Op::add("converted", more.converted));
  if (steps.empty()) co_return Result<void>{};
  kv::OperateOptions options;
  options.durable = false;
  auto added = co_await store_.operate(stats_key(), std::move(steps), options);
  if (!added) co_return added.error();
  co_return Result<void>{};
}

Task<Result<NudgeStats>> NudgeStore::stats() {
  auto record = co_await store_.get(stats_key());
  NudgeStats stats;
  if (!record) {
    if (record.error().kind == ErrorKind::NotFound) co_return stats;
    co_return record.error();
  }
  const auto number = [&](std::string_view bin) {
    const auto* value = record->get<std::int64_t>(bin);
    return value == nullptr ? 0 : *value;
  };
  stats.sent = number("sent");
  stats.responded = number("responded");
  stats.converted = number("converted");
  co_return stats;
}

}  // namespace qm::reco
