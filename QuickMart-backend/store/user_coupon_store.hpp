// Customers' coupons: set "user_coupon" (id = user coupon id), every customer's list ("user_coupons", id = user id),
// and which nudge gave what ("user_nudge"). Thread-safe.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/user_coupon.hpp"

namespace qm::shop {

inline constexpr std::int64_t kMaxCouponsPerUser = 1'000;

class UserCouponStore {
 public:
  // → whether there is something to write.
  using Change = std::function<Result<bool>(UserCoupon& held)>;

  explicit UserCouponStore(kv::Store& store) : store_(store) {}

  // Puts it on the customer's list and creates it. → false when the customer has it already (nothing changes).
  // Conflict when the list is full.
  Task<Result<bool>> give(UserCoupon held);
  // What the customer has of it; first gives them one that is for everybody, if they have none.
  Task<Result<UserCoupon>> hold(UserId user, CouponId coupon, Timestamp now);
  // NotFound.
  Task<Result<UserCoupon>> get(UserCouponId id);
  // One step on the record, made anew when another was faster. The change's own errors; NotFound. → what then is.
  Task<Result<UserCoupon>> change(UserCouponId id, Change change);
  // Newest first.
  Task<Result<std::vector<UserCoupon>>> of_user(UserId user);

  // Takes all the customer's coupons away: for demo customers only, since a removed record may come back on a cluster.
  Task<Result<void>> forget(UserId user);

  // Remembers that `nudge` gave `coupon` to `user`. → the coupon it gave: `coupon`, or what an earlier call said.
  Task<Result<CouponId>> claim_nudge(UserId user, std::string nudge_id, CouponId coupon);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
