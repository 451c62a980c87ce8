// Decisions to reach out to customers.
//
// Sets: `nudge_decision` (one per customer and rule, lives for the cool-down; holds its nudges whole), `nudge` (one
// each), `user_nudges` (per customer: the months that have nudges, and per month an ordered map of their ids),
// `nudge_stats` (one record of counters). A decision is the truth; the others follow from it by steps that may be
// repeated.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

struct NudgeDecision {
  UserId user_id;
  std::string rule_id;
  std::vector<Nudge> nudges;
  bool owed = false;  // as mark_owed() says
};

struct NudgePage {
  std::vector<Nudge> nudges;  // newest first
  std::string cursor;         // empty: no more
};

struct NudgeStats {
  std::int64_t sent = 0;       // decided
  std::int64_t responded = 0;  // viewed, clicked or used
  std::int64_t converted = 0;  // used
};

struct OutcomeApplied {
  Nudge nudge;
  bool changed = false;
};

// Thread-safe.
class NudgeStore {
 public:
  explicit NudgeStore(kv::Store& store) : store_(store) {}

  // The decision of this customer and rule that stands, once all its nudges are recorded; nothing: there is none yet.
  // It was durable before that, so no write is needed to answer with it.
  Task<Result<std::optional<NudgeDecision>>> find_recorded(UserId user, std::string rule_id);
  // Makes the decision unless one of the same customer and rule stands: exactly one of many callers wins. → the one
  // that stands, with all its nudges recorded. `cool_down` ≥ 1 s.
  Task<Result<NudgeDecision>> decide(NudgeDecision decision, std::chrono::seconds cool_down);

  // That all jobs which the decision owes are in the queue, durably. May be forgotten when the power fails.
  Task<Result<void>> mark_owed(UserId user, std::string rule_id);

  // NotFound.
  Task<Result<Nudge>> find(NudgeId id);
  // Newest first. Invalid for a cursor that none of our answers gave. `limit` 1…100.
  Task<Result<NudgePage>> list(UserId user, std::size_t limit, std::string cursor);

  // NotFound; Conflict as apply_outcome() says. Idempotent.
  Task<Result<OutcomeApplied>> apply(NudgeId id, NudgeOutcome outcome);

  Task<Result<NudgeStats>> stats();

 private:
  struct Standing {
    NudgeDecision decision;
    bool made_now = false;
    bool recorded = false;  // its nudges are
  };
  Task<Result<Standing>> stand(NudgeDecision decision, std::chrono::seconds cool_down);
  Task<Result<std::optional<Standing>>> find_standing(UserId user, std::string rule_id);
  Task<Result<void>> mark(UserId user, std::string rule_id, const char* bin);
  Task<Result<void>> record(Nudge nudge);
  Task<Result<void>> count(NudgeStats more);

  kv::Store& store_;
};

}  // namespace qm::reco
