// What the shop asks of RecoEngine.
#pragma once
#include <string>
#include <vector>

#include "contracts/events.hpp"
#include "contracts/ingest.hpp"
#include "contracts/prediction.hpp"
#include "platform/core/result.hpp"
#include "platform/core/task.hpp"
#include "QuickMart-backend/domain/customer_history.hpp"

namespace qm::shop {

class RecoClient {
 public:
  virtual ~RecoClient() = default;

  // All are idempotent and thread-safe. Rejected or NotFound: asking again will not help. Unavailable, Timeout,
  // InDoubt: ask again.

  // Scores the customer and lets RecoEngine decide on nudges. NotFound: it knows nothing of the customer.
  virtual Task<Result<contracts::Prediction>> predict(UserId user, Deadline deadline) = 0;
  // Features of one group, merged into what is known.
  virtual Task<Result<contracts::IngestAnswer>> ingest(UserId user, std::string group, FeatureGroup features,
                                                       Deadline deadline) = 0;
  // What customers did, at most contracts::kMaxEventsPerBatch. Those that it does not take are named in the answer.
  virtual Task<Result<contracts::EventsAnswer>> send_events(std::vector<contracts::Event> events,
                                                            Deadline deadline) = 0;
  // Whether RecoEngine answers at all: for /health. At most 300 ms.
  virtual Task<bool> is_alive() = 0;
};

}  // namespace qm::shop
