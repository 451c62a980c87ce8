// How many deliveries one endpoint may have under way in this process, so that a slow one does not take every place.
// Who finds no place is told when to come back: one after the other, as fast as the endpoint answers. Thread-safe.
#pragma once
#include <map>
#include <mutex>
#include <optional>

#include "QuickMart-backend/domain/webhook.hpp"

namespace qm::shop {

class DeliveryLanes {
 public:
  static constexpr int kPlaces = 4;

  // Nothing: there is a place, to be given back with leave(). Else: come back then.
  std::optional<Timestamp> enter(const WebhookId& webhook, Timestamp now);
  void leave(const WebhookId& webhook, std::chrono::milliseconds took);

 private:
  struct Lane {
    int taken = 0;
    std::chrono::milliseconds takes{100};  // the last one
    Timestamp next{};                      // nobody else was told to come back at or after it
  };
  std::mutex mutex_;
  std::map<WebhookId, Lane> lanes_;
};

}  // namespace qm::shop
