// What a customer did, and the feature values that follow from it (the names and units are RecoEngine's; the feature
// table there checks them). Pure: the same history and the same `now` give the same values.
//
// What the history does not tell is left out, never sent as zero: nobody who was sent no e-mail has a click rate.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct Visit {
  Timestamp at{};
  double minutes = 0;           // ≥ 0
  std::int64_t clicks = 0;      // on what was shown
  std::int64_t impressions = 0;  // things shown; ≥ clicks
  bool read_content = false;    // guides, reviews, videos
  friend bool operator==(const Visit&, const Visit&) = default;
};

struct FilledCart {
  Timestamp at{};
  std::int64_t items = 1;  // ≥ 1
  bool bought = false;
  friend bool operator==(const FilledCart&, const FilledCart&) = default;
};

struct Purchase {
  Timestamp at{};
  Money total;
  bool discounted = false;
  bool refunded = false;
  std::map<std::string, Money> spent_by_category;
  friend bool operator==(const Purchase&, const Purchase&) = default;
};

struct SupportTicket {
  Timestamp at{};
  std::optional<double> resolved_after_hours;  // empty: still open
  std::optional<std::int64_t> csat;            // 1…5
  bool refund_request = false;
  friend bool operator==(const SupportTicket&, const SupportTicket&) = default;
};

// So many were sent, so many were answered (opened, clicked).
struct ResponseCount {
  std::int64_t sent = 0;
  std::int64_t answered = 0;  // ≤ sent
  friend bool operator==(const ResponseCount&, const ResponseCount&) = default;
};

struct LastSession {
  Timestamp at{};
  std::int64_t clicks = 0;
  std::optional<double> checkout_seconds;
  std::int64_t cart_items = 0;
  bool bought = false;
  bool bounced = false;
  friend bool operator==(const LastSession&, const LastSession&) = default;
};

struct CustomerHistory {
  UserId user_id;
  Timestamp joined_at{};
  std::optional<LoyaltyTier> loyalty_tier;
  std::optional<std::string> region;    // "US-CA"
  std::optional<std::string> device;    // mobile, desktop, tablet
  std::optional<std::string> payment;
  std::optional<std::string> language;  // BCP 47
  std::optional<std::string> subscription;  // active, inactive, cancelled, expired, pending
  std::vector<Timestamp> logins;
  std::vector<Visit> visits;
  std::vector<FilledCart> carts;
  std::vector<SupportTicket> tickets;
  std::int64_t wishlist_adds = 0;
  ResponseCount pushes;
  ResponseCount emails;
  ResponseCount offers;
  std::vector<double> promotion_response_hours;
  std::optional<std::string> retention_offer;  // positive, negative, neutral
  std::optional<LastSession> last_session;
  friend bool operator==(const CustomerHistory&, const CustomerHistory&) = default;
};

using FeatureValue = std::variant<bool, std::int64_t, double, std::string, std::map<std::string, double>>;
using FeatureGroup = std::map<std::string, FeatureValue>;     // short name → value
using FeatureGroups = std::map<std::string, FeatureGroup>;    // "profile", "behavior", … → its features

inline constexpr std::int64_t kHighValueMinor = 200'00;  // from here on a purchase is a high-value one

// `purchases` in any order. Groups without a single known feature are absent.
FeatureGroups derive_features(const CustomerHistory& history, const std::vector<Purchase>& purchases, Timestamp now);

}  // namespace qm::shop
