// The outbox: what RecoEngine is told of what customers do leaves through durable jobs, at least once. Nobody waits for
// RecoEngine; while it is away the jobs wait, each tried again with a growing pause, for more than a day.
//
// How an event gets here without being lost by a crash is up to who makes it: an order's step owes its events before
// it is noted as done; a cart and a ticket remember in their record that they have something to tell. Ids follow from
// what happened, so that telling it twice is the same as telling it once.
#pragma once
#include <atomic>
#include <vector>

#include "platform/jobs/queue.hpp"
#include "QuickMart-backend/clients/reco_client.hpp"

namespace qm::shop {

// Thread-safe.
class SendEvents {
 public:
  static constexpr const char* kJobKind = "send_events";

  SendEvents(jobs::Queue& queue, RecoClient& reco) : queue_(queue), reco_(reco) {}

  // Durable when it returns; in as many jobs as it takes. None: nothing happens. The same events again are the same
  // job, while that is known.
  Task<Result<void>> owe(std::vector<contracts::Event> events);
  // The handler of kJobKind.
  Task<Result<void>> handle(jobs::Job job);
  // At once and not durably: at most kMaxEventsPerBatch.
  Task<Result<void>> send(std::vector<contracts::Event> events);

  // So much waits that what can wait elsewhere should: as of some seconds ago.
  bool is_behind() const;

  // Since the start of this process.
  std::int64_t sent() const noexcept { return sent_; }
  std::int64_t ignored() const noexcept { return ignored_; }

 private:
  jobs::Queue& queue_;
  RecoClient& reco_;
  std::atomic<std::int64_t> sent_{0};
  std::atomic<std::int64_t> ignored_{0};
};

}  // namespace qm::shop
