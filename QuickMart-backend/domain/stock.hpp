// How many of a SKU there are. Plain values; pure.
//
// available = on_hand − what is reserved, and never below zero. What came and went adds up at any moment:
// initial + adjusted = on_hand + sold − restocked.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/domain/sku.hpp"

namespace qm::shop {

// By hand: a delivery, a count, breakage.
struct StockAdjustment {
  std::string id;  // of the request's key, so that asking twice counts once
  std::int64_t change = 0;
  std::string reason;
  std::string by;  // a user's id
  Timestamp at{};
  friend bool operator==(const StockAdjustment&, const StockAdjustment&) = default;
};
inline constexpr std::size_t kMaxAdjustments = 50;  // that a stock remembers

// Goods that come back: of a cancelled order, or of one of its refunds.
struct PutBack {
  std::string order;
  std::string refund;  // empty: the whole order's

  std::string mark() const { return refund.empty() ? order : order + ":" + refund; }
  static PutBack of_mark(const std::string& mark) {
    const auto colon = mark.find(':');
    return colon == std::string::npos ? PutBack{mark, ""} : PutBack{mark.substr(0, colon), mark.substr(colon + 1)};
  }
};

// What was told of how much there is; see stock_level.hpp.
enum class StockLevel { out, low, enough };
enum class StockCrossing { to_low, to_out, back };
struct StockLevelNote {
  std::optional<StockLevel> said;
  std::int64_t number = 0;  // of crossings
  std::optional<StockCrossing> untold;
  Timestamp crossed_at{};
  friend bool operator==(const StockLevelNote&, const StockLevelNote&) = default;
};

struct Stock {
  SkuId sku;
  std::int64_t initial = 0;
  std::int64_t adjusted = 0;   // by staff, up and down
  std::int64_t on_hand = 0;    // in the house, reserved ones included
  std::int64_t available = 0;  // to be sold
  std::int64_t sold = 0;
  std::int64_t restocked = 0;  // of the sold
  std::map<std::string, std::int64_t> reserved;  // by order id
  std::vector<StockAdjustment> adjustments;       // the last ones
  std::map<std::string, std::int64_t> returned;  // by PutBack::mark(): put back lately
  std::optional<std::int64_t> low_below;         // fewer are few; empty: the shop's
  StockLevelNote level;

  std::int64_t reserved_total() const noexcept {
    std::int64_t sum = 0;
    for (const auto& [order, quantity] : reserved) sum += quantity;
    return sum;
  }
  bool adds_up() const noexcept {
    return available >= 0 && available + reserved_total() == on_hand &&
           initial + adjusted == on_hand + sold - restocked;
  }
  friend bool operator==(const Stock&, const Stock&) = default;
};

}  // namespace qm::shop
