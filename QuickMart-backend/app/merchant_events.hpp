// The one hook for «something happened to an order or to the stock that the merchant's own systems may want to know»:
// note() leaves a durable job for it, from which deliver_webhooks makes deliveries. A job's id follows from the
// event's, so noting it again is harmless while the job is known, and after that the deliveries' ids make it so.
//
// Whoever notes an event does so before its cause is done with (an order's step before it is settled, a stock's level
// before it counts as told), so that a crash makes it told again, never forgotten.
#pragma once
#include <string>

#include "platform/jobs/queue.hpp"
#include "QuickMart-backend/domain/merchant_event.hpp"

namespace qm::shop {

// The payload of the jobs. The format is this program's own.
std::string print_merchant_event(const MerchantEvent& event);
Result<MerchantEvent> parse_merchant_event(const std::string& payload);  // Rejected when it is no such text

// Thread-safe.
class MerchantEvents {
 public:
  static constexpr const char* kJobKind = "merchant_event";

  explicit MerchantEvents(jobs::Queue& queue) : queue_(queue) {}

  // Durable when it returns.
  Task<Result<void>> note(MerchantEvent event);

 private:
  jobs::Queue& queue_;
};

}  // namespace qm::shop
