#include "QuickMart-backend/domain/webhook.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace qm::shop {
namespace {

constexpr int kGone = 410;
constexpr double kGrowth = 4;
constexpr double kSpread = 0.2;
constexpr std::size_t kMaxSecrets = 2;

constexpr std::array<std::pair<DeliveryState, std::string_view>, 4> kDeliveryStates{
    {{DeliveryState::pending, "pending"},
     {DeliveryState::delivered, "delivered"},
     {DeliveryState::failed, "failed"},
     {DeliveryState::dropped, "dropped"}}};

}  // namespace

bool wants(const Webhook& webhook, MerchantEventType type) noexcept {
  return webhook.is_enabled && (webhook.events.empty() || std::ranges::count(webhook.events, type) > 0);
}

std::vector<std::string> secrets_at(const Webhook& webhook, Timestamp now) {
  std::vector<std::string> values;
  for (const WebhookSecret& secret : webhook.secrets)
    if (!secret.until || now < *secret.until) values.push_back(secret.value);
  return values;
}

void rotate(Webhook& webhook, std::string secret, Timestamp now) {
  for (WebhookSecret& old : webhook.secrets)
    if (!old.until) old.until = now + kOldSecretLives;
  webhook.secrets.insert(webhook.secrets.begin(), WebhookSecret{std::move(secret), std::nullopt});
  if (webhook.secrets.size() > kMaxSecrets) webhook.secrets.resize(kMaxSecrets);
  webhook.updated_at = now;
}

std::string_view to_string(DeliveryState state) noexcept {
  for (const auto& [each, name] : kDeliveryStates)
    if (each == state) return name;
  return "";
}

std::optional<DeliveryState> parse_delivery_state(std::string_view text) noexcept {
  for (const auto& [state, name] : kDeliveryStates)
    if (name == text) return state;
  return std::nullopt;
}

std::chrono::milliseconds pause_after(std::int64_t tries, std::chrono::milliseconds first, double jitter) {
  const double longest = static_cast<double>(std::chrono::milliseconds{kLongestPause}.count());
  const double grown = static_cast<double>(first.count()) * std::pow(kGrowth, static_cast<double>(tries - 1));
  const double spread = 1 - kSpread + 2 * kSpread * jitter;
  return std::chrono::milliseconds{static_cast<std::int64_t>(std::min(grown, longest) * spread)};
}

void note_attempt(Delivery& delivery, DeliveryAttempt attempt, std::chrono::milliseconds pause) {
  const Timestamp at = attempt.at;
  const bool succeeded = attempt.succeeded();
  const bool is_gone = attempt.status == kGone;
  delivery.attempts.push_back(std::move(attempt));
  if (delivery.attempts.size() > kMaxAttemptsKept) delivery.attempts.erase(delivery.attempts.begin());
  ++delivery.tries;
  delivery.next_attempt_at.reset();
  if (succeeded) delivery.state = DeliveryState::delivered;
  else if (is_gone || delivery.tries >= kMaxTries) delivery.state = DeliveryState::failed;
  else delivery.next_attempt_at = at + pause;
}

EndpointVerdict judge(const Webhook& webhook, const DeliveryAttempt& attempt, Timestamp now) noexcept {
  if (attempt.succeeded()) return webhook.failing_since ? EndpointVerdict::recovered : EndpointVerdict::unchanged;
  if (!webhook.is_enabled) return EndpointVerdict::unchanged;
  if (attempt.status == kGone) return EndpointVerdict::disable;
  if (!webhook.failing_since) return EndpointVerdict::failing;
  return now - *webhook.failing_since >= kDisabledAfter ? EndpointVerdict::disable : EndpointVerdict::unchanged;
}

}  // namespace qm::shop
