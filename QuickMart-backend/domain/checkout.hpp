// A checkout as its Idempotency-Key names it: the first answer is kept and given again. Plain values.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/error.hpp"
#include "QuickMart-backend/domain/idempotency_key.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

inline constexpr std::chrono::hours kKeepCheckout{24};

// running → ended; and from running to given_back, when nothing came of it and the same key may be used anew.
enum class CheckoutState { running, ended, given_back };
std::string_view to_string(CheckoutState state) noexcept;
std::optional<CheckoutState> parse_checkout_state(std::string_view text) noexcept;

struct Checkout {
  std::string id;           // of the customer and the key
  std::string fingerprint;  // of what was asked: the same key for something else is a mistake
  OrderId order_id;         // of the attempt that runs or ended
  CheckoutState state = CheckoutState::running;
  std::int64_t attempt = 1;  // counted up when a key that was given back is used anew
  Timestamp started_at{};    // of the attempt
  // How it ended: with this order, as the first request was told of it, or this is why there is none.
  std::optional<Order> answer;
  std::optional<ErrorKind> failure;  // Rejected or Conflict
  std::string failure_text;
  friend bool operator==(const Checkout&, const Checkout&) = default;
};

}  // namespace qm::shop
