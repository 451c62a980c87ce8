// What a guest shows instead of a bearer token: "<guest>.<expiry in seconds>.<tag>", signed by this shop. Nothing is
// stored for it; whether its cart is still the guest's own is in the cart. Thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/guest.hpp"

namespace qm::shop {

struct CartToken {
  std::string text;
  Timestamp expires_at{};
};

class CartTokens {
 public:
  // `secret` is one that only the shop's instances know; it is used for other things too.
  explicit CartTokens(std::string_view secret);

  CartToken issue(const UserId& guest, Timestamp now) const;
  // Unauthenticated for whatever is not our own token, not expired at `now`.
  Result<UserId> verify(std::string_view token, Timestamp now) const;

 private:
  std::string key_;
};

}  // namespace qm::shop
