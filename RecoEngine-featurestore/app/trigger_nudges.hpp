// Decides how to reach out to a customer at risk, and gives the coupons that go with it.
//
// A decision stands for the cool-down: asked again, the same nudges come back. The coupon of a nudge is given by a
// durable job, one per nudge, whose first attempt starts at once; so a prediction never waits for QuickMart, and a
// QuickMart that is slow, absent or in doubt costs a retry and not the coupon. The job follows the decision, and a
// crash may come between the two: therefore every prediction that meets a standing decision owes its jobs again, which
// changes nothing when they are there, until the decision says that they were durable once. Whoever asked
// and got no answer asks again (the shop's login does), and that closes the gap. The assignment is idempotent per
// customer and nudge, so a job that runs twice gives one coupon.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/app/nudge_rules.hpp"
#include "RecoEngine-featurestore/clients/quickmart_client.hpp"
#include "RecoEngine-featurestore/domain/churn_score.hpp"
#include "RecoEngine-featurestore/store/nudge_store.hpp"
#include "platform/jobs/queue.hpp"

namespace qm::reco {

struct TriggeredNudge {
  Nudge nudge;
  std::optional<std::string> content;  // the template's text; none when it has been withdrawn since
};

struct TriggeredNudges {
  std::optional<std::string> rule_id;  // none: no rule fits
  std::vector<TriggeredNudge> nudges;  // by priority
};

// Thread-safe.
class TriggerNudges {
 public:
  // Handled by assign_coupon().
  static constexpr const char* kJobKind = "assign_coupon";

  // All references outlive it. `cool_down`: a shorter one than a second counts as a second.
  TriggerNudges(NudgeStore& nudges, QuickmartClient& quickmart, jobs::Queue& queue, const NudgeRules& rules,
                const Clock& clock, std::chrono::seconds cool_down);

  // nullopt below high risk. The errors of the store and the queue: then the caller does well to ask again.
  Task<Result<std::optional<TriggeredNudges>>> trigger(const ChurnScore& score);  // which outlives the call

  // The handler of kJobKind. Ends well also when QuickMart knows no such customer (it may be another shop's) or refuses
  // the coupon: no retry can mend that.
  Task<Result<void>> assign_coupon(jobs::Job job);

 private:
  Task<Result<NudgeDecision>> decide(const NudgeRule& rule, const ChurnScore& score);
  Task<Result<void>> owe_coupons(const NudgeDecision& decision);

  NudgeStore& nudges_;
  QuickmartClient& quickmart_;
  jobs::Queue& queue_;
  const NudgeRules& rules_;
  const Clock& clock_;
  std::chrono::seconds cool_down_;
};

}  // namespace qm::reco
