// Money that goes back of an order that stands, and the goods that come back with it. Plain values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/sku.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxRefunds = 50;  // of one order

struct ReturnedLine {
  SkuId sku;
  std::int64_t quantity = 1;  // ≥ 1
  bool restock = true;        // false: it is not sold again
  friend bool operator==(const ReturnedLine&, const ReturnedLine&) = default;
};

struct Refund {
  std::string id;           // of the request's key: the same again is the same refund
  std::string fingerprint;  // of what was asked
  Money amount;             // ≥ 0; zero when only goods come back
  std::vector<ReturnedLine> lines;
  std::string reason;
  std::string by;  // a user's id
  Timestamp at{};
  bool is_done = false;  // money and goods are where they belong
  friend bool operator==(const Refund&, const Refund&) = default;
};

}  // namespace qm::shop
