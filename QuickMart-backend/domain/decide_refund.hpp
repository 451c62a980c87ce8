// How much of an order goes back for what. Pure.
//
// A line is worth what was paid for it: its price less its discount, plus its share of the tax (by largest remainder).
// Of some of a line's pieces, what all returned so far are worth is rounded down and what was worth before taken off,
// so that returning everything, in whatever steps, gives back exactly subtotal − discount + tax.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

struct RefundRequest {
  std::string id;
  std::string fingerprint;
  std::optional<Money> amount;      // empty: what the lines are worth; without lines: all that is left
  std::vector<ReturnedLine> lines;  // empty: no goods come back
  bool with_shipping = false;       // on top of what the lines are worth
  std::string reason;
  std::string by;
};

Money refunded(const Order& order);                              // done or under way
Money refundable(const Order& order);                            // what is left
std::int64_t returned(const Order& order, const SkuId& sku);     // how many came back
Money worth_of(const Order& order, const std::vector<ReturnedLine>& lines);  // of lines that came back now

// What the request comes to. Conflict when the order's status or payment does not allow it (an order that has not been
// shipped is cancelled rather than refunded whole), or it is more than is left of money or pieces; Rejected when it
// comes to nothing.
Result<Refund> decide_refund(const Order& order, RefundRequest request, Timestamp now);

}  // namespace qm::shop
