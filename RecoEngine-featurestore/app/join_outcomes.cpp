#include "RecoEngine-featurestore/app/join_outcomes.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "RecoEngine-featurestore/training/training_cutoffs.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kScoresPerPage = 200;

bool somebody_else_did(const Error& error) {
  return error.kind == ErrorKind::GenerationMismatch || error.kind == ErrorKind::NotFound;
}

LiveAccuracy accuracy_of(std::string model_version, const std::vector<const JudgedScore*>& judged) {
  std::vector<double> scores;
  std::vector<bool> labels;
  for (const JudgedScore* each : judged) {
    scores.push_back(each->observed.churn_probability);
    labels.push_back(each->left);
  }
  LiveAccuracy accuracy;
  accuracy.model_version = std::move(model_version);
  accuracy.scores = report_scores(scores, labels);
  const std::int64_t left = std::ranges::count(labels, true);
  const std::int64_t stayed = std::ranges::count(labels, false);
  accuracy.enough = std::min(left, stayed) >= kMinOutcomesOfEachKind;
  if (accuracy.enough) accuracy.roc_auc_error = roc_auc_error(accuracy.scores.roc_auc, left, stayed);
  return accuracy;
}

LiveOutcomes to_outcomes(const std::vector<JudgedScore>& judged, Timestamp now) {
  LiveOutcomes outcomes;
  outcomes.counted_at = now;
  outcomes.oldest = Timestamp::max();
  outcomes.newest = Timestamp::min();
  std::vector<const JudgedScore*> all;
  std::map<std::string, std::vector<const JudgedScore*>, std::greater<>> by_model;  // versions sort by time
  for (const JudgedScore& each : judged) {
    outcomes.oldest = std::min(outcomes.oldest, each.observed.scored_at);
    outcomes.newest = std::max(outcomes.newest, each.observed.scored_at);
    all.push_back(&each);
    by_model[each.observed.model_version].push_back(&each);
  }
  outcomes.all = accuracy_of("", all);
  for (auto& [version, of_it] : by_model) outcomes.models.push_back(accuracy_of(version, of_it));
  return outcomes;
}

}  // namespace

Task<Result<void>> JoinOutcomes::judge(WaitingScore waiting, Timestamp now) {
  LabelRule rule;
  rule.horizon = waiting.observed.horizon;
  UserId whose = waiting.observed.user_id;
  auto events = co_await events_.read_all(std::move(whose), now);
  if (!events) co_return events.error();
  const auto left = left_after(*events, waiting.observed.scored_at, rule);
  Result<void> written;
  if (left) {
    written = co_await scores_.judge(std::move(waiting), *left, now);
    if (written) judged_.fetch_add(1, std::memory_order_relaxed);
  } else {
    written = co_await scores_.set_aside(std::move(waiting));
  }
  if (!written && !somebody_else_did(written.error())) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> JoinOutcomes::run() {
  const Timestamp now = clock_.now();
  for (std::size_t looked_up = 0; looked_up < kMostJudged;) {
    // From the start each time: what is judged is due no more.
    auto page = co_await scores_.due(now, {}, kScoresPerPage);
    if (!page) co_return page.error();
    if (page->scores.empty()) break;
    looked_up += page->scores.size();
    for (WaitingScore& waiting : page->scores) {
      auto judged = co_await judge(std::move(waiting), now);
      if (!judged) co_return judged.error();
    }
  }
  co_return Result<void>{};
}

Task<Result<void>> JoinOutcomes::count() {
  const Timestamp now = clock_.now();
  std::vector<JudgedScore> judged;
  // Day by day backwards, so that the latest are found first, and no more are read than counted.
  Timestamp to = now + std::chrono::milliseconds{1};
  for (auto day = kKeepOutcomes; day.count() > 0 && judged.size() < kMostCounted; --day) {
    const Timestamp from = to - std::chrono::days{1};
    std::string cursor;
    do {
      auto page = co_await scores_.judged(from, to, std::move(cursor), kScoresPerPage);
      if (!page) co_return page.error();
      std::ranges::move(page->scores, std::back_inserter(judged));
      cursor = std::move(page->cursor);
    } while (!cursor.empty() && judged.size() < kMostCounted);
    to = from;
  }
  if (judged.empty()) {
    figures_.store(nullptr);
  } else {
    figures_.store(std::make_shared<const LiveOutcomes>(to_outcomes(judged, now)));
  }
  co_return Result<void>{};
}

}  // namespace qm::reco
