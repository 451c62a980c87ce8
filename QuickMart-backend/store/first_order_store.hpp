// Which use of a coupon «for the first order only» a customer has: set "first_order", id = user id. The record is what
// two checkouts of a new customer meet at. Thread-safe.
#pragma once
#include <optional>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/user_coupon.hpp"

namespace qm::shop {

struct FirstOrderClaim {
  CouponUseId use;
  CouponId coupon;
  Timestamp since{};
  friend bool operator==(const FirstOrderClaim&, const FirstOrderClaim&) = default;
};

class FirstOrderStore {
 public:
  explicit FirstOrderStore(kv::Store& store) : store_(store) {}

  // Nothing when nobody claims it.
  Task<Result<std::optional<FirstOrderClaim>>> get(UserId user);
  // Claims it unless another use has it that is not `dead`. Idempotent. → who has it then.
  Task<Result<FirstOrderClaim>> claim(UserId user, FirstOrderClaim claim, std::optional<CouponUseId> dead);
  // Gives up what the use claims, if it does. Idempotent.
  Task<Result<void>> release(UserId user, CouponUseId use);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
