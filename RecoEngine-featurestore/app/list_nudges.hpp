// The nudges decided for a customer, newest first.
#pragma once
#include "RecoEngine-featurestore/store/nudge_store.hpp"

namespace qm::reco {

// Thread-safe.
class ListNudges {
 public:
  explicit ListNudges(NudgeStore& nudges) : nudges_(nudges) {}

  // `limit` 1…100. Invalid for a cursor that no earlier page gave. A customer without nudges has an empty page.
  Task<Result<NudgePage>> run(UserId user, std::size_t limit, std::string cursor) {
    return nudges_.list(std::move(user), limit, std::move(cursor));
  }

 private:
  NudgeStore& nudges_;
};

}  // namespace qm::reco
