#include "QuickMart-backend/app/delivery_lanes.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

constexpr std::chrono::milliseconds kShortestWait{20};
constexpr std::chrono::hours kLongestWait{1};

}  // namespace

std::optional<Timestamp> DeliveryLanes::enter(const WebhookId& webhook, Timestamp now) {
  std::lock_guard lock{mutex_};
  Lane& lane = lanes_[webhook];
  if (lane.taken < kPlaces) {
    ++lane.taken;
    return std::nullopt;
  }
  const auto step = std::max(kShortestWait, lane.takes / kPlaces);
  lane.next = std::clamp(lane.next, now, now + std::chrono::milliseconds{kLongestWait}) + step;
  return lane.next;
}

void DeliveryLanes::leave(const WebhookId& webhook, std::chrono::milliseconds took) {
  std::lock_guard lock{mutex_};
  const auto lane = lanes_.find(webhook);
  if (lane == lanes_.end()) return;
  lane->second.takes = took;
  if (--lane->second.taken == 0 && lanes_.size() > kMaxWebhooks) lanes_.erase(lane);
}

}  // namespace qm::shop
