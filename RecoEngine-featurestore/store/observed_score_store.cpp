#include "RecoEngine-featurestore/store/observed_score_store.hpp"

#include <optional>

namespace qm::reco {

namespace {

constexpr const char* kObservedSet = "observed_score";
constexpr const char* kObservedModel = "model";
constexpr const char* kObservedScore = "score";
constexpr const char* kObservedAt = "scored_at";    // ms
constexpr const char* kObservedHorizon = "horizon";  // days
constexpr const char* kObservedDue = "due";         // ms; until it is judged
constexpr const char* kObservedJudged = "judged";   // ms
constexpr const char* kObservedLeft = "left";

std::int64_t to_ms(Timestamp at) { return at.time_since_epoch().count(); }
Timestamp from_ms(std::int64_t ms) { return Timestamp{std::chrono::milliseconds{ms}}; }

// nullopt: not one that this program wrote.
std::optional<ObservedScore> observed_from(const kv::Entry& entry) {
  const auto* model = entry.record.get<std::string>(kObservedModel);
  const auto* score = entry.record.get<double>(kObservedScore);
  const auto* whole = entry.record.get<std::int64_t>(kObservedScore);  // an engine may hand back 0.0 and 1.0 so
  const auto* at = entry.record.get<std::int64_t>(kObservedAt);
  const auto* horizon = entry.record.get<std::int64_t>(kObservedHorizon);
  if (model == nullptr || (score == nullptr && whole == nullptr) || at == nullptr || horizon == nullptr)
    return std::nullopt;
  ObservedScore observed;
  observed.user_id = UserId{entry.key.id};
  observed.model_version = *model;
  observed.churn_probability = score != nullptr ? *score : static_cast<double>(*whole);
  observed.scored_at = from_ms(*at);
  observed.horizon = std::chrono::days{*horizon};
  return observed;
}

}  // namespace

Task<Result<void>> ObservedScoreStore::open() {
  auto due = co_await store_.ensure_index(kObservedSet, kObservedDue, kv::IndexType::Integer);
  if (!due) co_return due.error();
  auto judged = co_await store_.ensure_index(kObservedSet, kObservedJudged, kv::IndexType::Integer);
  co_return judged;
}

Task<Result<std::int64_t>> ObservedScoreStore::observe(std::vector<ObservedScore> scores, std::chrono::hours late) {
  std::vector<kv::Put> puts;
  puts.reserve(scores.size());
  for (ObservedScore& score : scores) {
    const Timestamp due = score.scored_at + score.horizon + late;
    kv::Put put;
    put.key = {kObservedSet, score.user_id.str()};
    put.bins[kObservedModel] = std::move(score.model_version);
    put.bins[kObservedScore] = score.churn_probability;
    put.bins[kObservedAt] = to_ms(score.scored_at);
    put.bins[kObservedHorizon] = std::int64_t{score.horizon.count()};
    put.bins[kObservedDue] = to_ms(due);
    put.options.mode = kv::WriteMode::CreateOnly;
    put.options.ttl = std::chrono::ceil<std::chrono::seconds>(due - score.scored_at) + kKeepOutcomes;
    put.options.durable = false;
    puts.push_back(std::move(put));
  }
  auto created = co_await store_.put_many(std::move(puts));
  if (!created) co_return created.error();
  std::int64_t observed = 0;
  for (const auto& each : *created) {
    if (!each && each.error().kind != ErrorKind::AlreadyExists) co_return each.error();
    observed += each ? 1 : 0;
  }
  co_return observed;
}

Task<Result<WaitingPage>> ObservedScoreStore::due(Timestamp now, std::string cursor, std::size_t limit) {
  kv::IndexRange until{kv::Value{}, kv::Value{to_ms(now)}};
  auto found = co_await store_.find(kObservedSet, kObservedDue, std::move(until), std::move(cursor), limit);
  if (!found) co_return found.error();
  WaitingPage page;
  for (const kv::Entry& entry : found->entries) {
    auto observed = observed_from(entry);
    if (observed) page.scores.push_back({std::move(*observed), entry.record.generation});
  }
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<void>> ObservedScoreStore::judge(WaitingScore waiting, bool left, Timestamp now) {
  kv::Bins outcome;
  outcome[kObservedJudged] = to_ms(now);
  outcome[kObservedLeft] = left;
  return end_waiting(std::move(waiting), std::move(outcome));
}

Task<Result<void>> ObservedScoreStore::set_aside(WaitingScore waiting) { return end_waiting(std::move(waiting), {}); }

Task<Result<void>> ObservedScoreStore::end_waiting(WaitingScore waiting, kv::Bins outcome) {
  kv::Key key{kObservedSet, waiting.observed.user_id.str()};
  outcome[kObservedDue] = kv::Value{};
  kv::WriteOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.expect_generation = waiting.generation;
  options.ttl = kKeepOutcomes;
  options.durable = false;  // it would be found due, and judged, once more
  auto written = co_await store_.put(std::move(key), std::move(outcome), std::move(options));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<JudgedPage>> ObservedScoreStore::judged(Timestamp from, Timestamp to, std::string cursor,
                                                    std::size_t limit) {
  kv::IndexRange between{kv::Value{to_ms(from)}, kv::Value{to_ms(to) - 1}};
  auto found = co_await store_.find(kObservedSet, kObservedJudged, std::move(between), std::move(cursor), limit);
  if (!found) co_return found.error();
  JudgedPage page;
  for (const kv::Entry& entry : found->entries) {
    auto observed = observed_from(entry);
    const auto* at = entry.record.get<std::int64_t>(kObservedJudged);
    const auto* left = entry.record.get<bool>(kObservedLeft);
    if (observed && at != nullptr && left != nullptr)
      page.scores.push_back({std::move(*observed), *left, from_ms(*at)});
  }
  page.cursor = std::move(found->cursor);
  co_return page;
}

}  // namespace qm::reco
