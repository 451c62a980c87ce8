// Coupons: set "coupon", id = coupon id, which follows from the code. Thread-safe.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/user_coupon.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxCoupons = 1'000;  // listed

// One use of a coupon that was counted and not yet settled: who counted it, and since when.
struct PendingUse {
  UserCouponId user_coupon_id;
  Timestamp since{};
};

struct CouponWithPending {
  Coupon coupon;
  std::vector<PendingUse> pending;
};

class CouponStore {
 public:
  explicit CouponStore(kv::Store& store) : store_(store) {}

  // AlreadyExists when the code is taken.
  Task<Result<void>> create(Coupon coupon);
  // Sets everything but the count of uses. NotFound.
  Task<Result<void>> redefine(Coupon coupon);
  // Creates or replaces it, its count of uses included, and forgets pending uses.
  Task<Result<void>> reset(Coupon coupon);
  // By id or, failing that, by code in any case. NotFound.
  Task<Result<Coupon>> find(std::string id_or_code);
  Task<Result<Coupon>> get(CouponId id);
  // One slot per id, in order; nullopt where there is none.
  Task<Result<std::vector<std::optional<Coupon>>>> get_many(std::vector<CouponId> ids);
  // At most kMaxCoupons.
  Task<Result<std::vector<CouponWithPending>>> list();

  // Counts one use, remembered as pending under `by`; a use already pending under `by` is not counted again.
  // ConditionFailed when the limit is reached, or the coupon is no longer active. → the coupon's new usage count.
  Task<Result<std::int64_t>> count_use(CouponId coupon, UserCouponId by, Timestamp now);
  // The use is final: forgets that it was pending. Idempotent.
  Task<Result<void>> settle_use(CouponId coupon, UserCouponId by);
  // A settled use is pending again, so that release_use can take it back. Idempotent.
  Task<Result<void>> reopen_use(CouponId coupon, UserCouponId by, Timestamp now);
  // The use did not happen: takes it off the count if it is pending under `by`. The caller must hold `by`'s lease.
  Task<Result<void>> release_use(CouponId coupon, UserCouponId by);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
