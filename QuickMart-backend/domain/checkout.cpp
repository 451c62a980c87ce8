#include "QuickMart-backend/domain/checkout.hpp"

namespace qm::shop {

std::string_view to_string(CheckoutState state) noexcept {
  switch (state) {
    case CheckoutState::running: return "running";
    case CheckoutState::ended: return "ended";
    case CheckoutState::given_back: return "given_back";
  }
  return "";
}

std::optional<CheckoutState> parse_checkout_state(std::string_view text) noexcept {
  for (const auto state : {CheckoutState::running, CheckoutState::ended, CheckoutState::given_back})
    if (to_string(state) == text) return state;
  return std::nullopt;
}

}  // namespace qm::shop
