#include "RecoEngine-featurestore/domain/event.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace qm::reco {

namespace {

constexpr std::array<std::string_view, kEventTypes> kEventNames{
    "session_started", "session_ended",   "login",          "logout",         "page_viewed",  "product_viewed",
    "search",          "cart_changed",    "cart_abandoned", "order_placed",   "order_cancelled", "order_refunded",
    "coupon_redeemed", "nudge_delivered", "nudge_opened",   "nudge_clicked",  "ticket_opened", "ticket_closed",
    "ticket_rated",    "payment_failed",  "delivery_late",  "out_of_stock_seen"};

}  // namespace

std::string_view to_string(EventType type) noexcept { return kEventNames[static_cast<std::size_t>(type)]; }

std::optional<EventType> parse_event_type(std::string_view name) noexcept {
  const auto found = std::ranges::find(kEventNames, name);
  if (found == kEventNames.end()) return std::nullopt;
  return static_cast<EventType>(found - kEventNames.begin());
}

bool happened_before(const Event& a, const Event& b) noexcept { return std::tie(a.at, a.id) < std::tie(b.at, b.id); }

std::string_view why_not_taken(const Event& event, Timestamp now, const EventWindow& window, bool imported) noexcept {
  if (event.at > now + kMaxEventAhead) return "its time lies ahead";
  if (event.at < now - window.keep) return "it is older than events are kept";
  if (!imported && event.at < now - window.late)
    return "it is older than events may come late; history is taken with import=true";
  return {};
}

KnownEvent taken(Event event, Timestamp now, bool imported) {
  event.at = std::min(event.at, now);
  const Timestamp known_at = imported ? event.at : now;
  return {std::move(event), known_at};
}

}  // namespace qm::reco
