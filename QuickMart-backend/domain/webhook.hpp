// Where a merchant's own systems are told what happened, and what became of each telling. Plain values and decisions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "QuickMart-backend/domain/merchant_event.hpp"

namespace qm::shop {

struct WebhookTag {
  static constexpr const char* prefix = "wh";
};
using WebhookId = Id<WebhookTag>;

struct DeliveryTag {
  static constexpr const char* prefix = "whd";
};
using DeliveryId = Id<DeliveryTag>;

inline constexpr std::size_t kMaxWebhooks = 50;
inline constexpr std::size_t kMaxWebhookUrlBytes = 2'000;
inline constexpr std::chrono::hours kOldSecretLives{24};     // after its rotation
inline constexpr std::chrono::hours kDisabledAfter{72};      // of failures without a success between them
inline constexpr std::chrono::hours kDeliveryKept{24 * 30};
inline constexpr int kMaxTries = 10;                         // over about three days
inline constexpr std::chrono::hours kLongestPause{24};
inline constexpr std::size_t kMaxAttemptsKept = 50;

struct WebhookSecret {
  std::string value;               // whsec_…
  std::optional<Timestamp> until;  // of one that was rotated
  friend bool operator==(const WebhookSecret&, const WebhookSecret&) = default;
};

struct Webhook {
  WebhookId id;
  std::string url;
  std::vector<MerchantEventType> events;  // empty: all
  std::string description;
  bool is_enabled = true;
  std::string disabled_why;            // when the shop did it
  std::vector<WebhookSecret> secrets;  // newest first
  std::optional<Timestamp> failing_since;
  Timestamp created_at{};
  Timestamp updated_at{};
  friend bool operator==(const Webhook&, const Webhook&) = default;
};

bool wants(const Webhook& webhook, MerchantEventType type) noexcept;
// Those that sign at `now`: the newest, and for a day the one before.
std::vector<std::string> secrets_at(const Webhook& webhook, Timestamp now);
void rotate(Webhook& webhook, std::string secret, Timestamp now);

enum class DeliveryState {
  pending,
  delivered,
  failed,   // tried often enough
  dropped,  // its endpoint was disabled or removed meanwhile
};
std::string_view to_string(DeliveryState state) noexcept;
std::optional<DeliveryState> parse_delivery_state(std::string_view text) noexcept;

struct DeliveryAttempt {
  Timestamp at{};
  int status = 0;         // HTTP's; 0: no answer
  std::int64_t took_ms = 0;
  std::string error{};    // why there was no answer
  bool succeeded() const noexcept { return status >= 200 && status < 300; }
  friend bool operator==(const DeliveryAttempt&, const DeliveryAttempt&) = default;
};

struct Delivery {
  DeliveryId id;
  WebhookId webhook_id;
  std::string message_id;  // the receiver's key to know it again: of the event, whatever endpoint, however often
  std::string event_type;
  std::string body;        // the same bytes every time
  DeliveryState state = DeliveryState::pending;
  std::int64_t round = 1;  // one more with each redelivery by hand
  std::int64_t tries = 0;  // of this round
  std::vector<DeliveryAttempt> attempts;  // of all rounds, the last kMaxAttemptsKept
  std::optional<Timestamp> next_attempt_at;
  Timestamp created_at{};
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

// After `tries` that failed: first × 4^(tries − 1), at most kLongestPause, a fifth more or less as `jitter` (0…1) says.
std::chrono::milliseconds pause_after(std::int64_t tries, std::chrono::milliseconds first, double jitter);

// Notes the attempt, and decides what comes of the delivery: `pause` before the next attempt, if any.
void note_attempt(Delivery& delivery, DeliveryAttempt attempt, std::chrono::milliseconds pause);

// What an attempt says of its endpoint at `now`.
enum class EndpointVerdict { unchanged, failing, recovered, disable };
EndpointVerdict judge(const Webhook& webhook, const DeliveryAttempt& attempt, Timestamp now) noexcept;

}  // namespace qm::shop
