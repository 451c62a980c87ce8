// What happened to an order or to the stock that others may want to know. Plain values.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/domain/sku.hpp"

namespace qm::shop {

enum class MerchantEventType {
  order_confirmed,
  order_paid,
  order_processing,
  order_shipped,
  order_delivered,
  order_cancelled,
  order_refunded,  // some of its money went back, or all
  stock_low,       // fewer than the SKU's threshold are available
  stock_out,       // none is
  stock_back,      // some are, after none was
};
inline constexpr std::array kMerchantEventTypes{
    MerchantEventType::order_confirmed, MerchantEventType::order_paid,      MerchantEventType::order_processing,
    MerchantEventType::order_shipped,   MerchantEventType::order_delivered, MerchantEventType::order_cancelled,
    MerchantEventType::order_refunded,  MerchantEventType::stock_low,       MerchantEventType::stock_out,
    MerchantEventType::stock_back};

std::string_view to_string(MerchantEventType type) noexcept;  // "order.confirmed"
std::optional<MerchantEventType> parse_merchant_event_type(std::string_view text) noexcept;

struct MerchantEventLine {
  SkuId sku;
  ProductId product_id;
  std::int64_t quantity = 1;
  Money unit_price;
  friend bool operator==(const MerchantEventLine&, const MerchantEventLine&) = default;
};

// Of an order: as it was when it happened, without what is a person's (name, address). Of stock: sku, available,
// threshold.
struct MerchantEvent {
  // Follows from what happened, so that telling it again is telling the same.
  std::string id;
  MerchantEventType type = MerchantEventType::order_confirmed;
  Timestamp at{};
  UserId user_id{};
  OrderId order_id{};
  std::string status{};
  std::string payment_status{};
  Money total{};
  Money amount{};           // of a refund
  std::string refund_id{};  // of a refund; "cancellation" when the order was cancelled
  std::vector<MerchantEventLine> lines{};
  SkuId sku{};
  std::int64_t available = 0;
  std::int64_t threshold = 0;
  friend bool operator==(const MerchantEvent&, const MerchantEvent&) = default;
};

// What an order's step means: nothing, while it is placed or undone. `order`: as it was when the step was decided, or
// is now that it was taken. The events are the same however often the step is taken.
std::vector<MerchantEvent> events_of_step(const Order& decided, const Order& settled);

}  // namespace qm::shop
