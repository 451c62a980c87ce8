// Coupons: set "coupon", id = coupon id, which follows from the code. Thread-safe.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/user_coupon.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxCoupons = 1'000;  // listed

// One use of a coupon that was counted and not yet settled: whose, and since when. Reopened: it was settled before, and
// is on its way back.
struct PendingUse {
  CouponUseId use;  // of old: the id of the customer's coupon, and no `user`
  UserId user;
  Timestamp since{};
  bool is_reopened = false;
  friend bool operator==(const PendingUse&, const PendingUse&) = default;
};

struct CouponWithPending {
  Coupon coupon;
  std::vector<PendingUse> pending;
  std::map<CouponUseId, Timestamp> taken_off;  // reopened and given back, and when that began: not again
};

struct CouponPage {
  std::vector<CouponWithPending> coupons;
  std::string cursor;  // empty: that was all
};

class CouponStore {
 public:
  explicit CouponStore(kv::Store& store) : store_(store) {}

  // AlreadyExists when the code is taken.
  Task<Result<void>> create(Coupon coupon);
  // Sets everything but the count of uses; the campaign only if it names one. NotFound.
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
  // All of them, in no particular order; `cursor` of the page before, empty at first.
  Task<Result<CouponPage>> page(std::string cursor);

  // Puts the coupon into the campaign. NotFound.
  Task<Result<void>> put_into(CouponId coupon, CampaignId campaign);

  // Counts one use, remembered as pending; one that is pending already is not counted again. Rejected when the limit is
  // reached, or the coupon is no longer active.
  Task<Result<void>> count_use(CouponId coupon, PendingUse use);
  // The use is final: forgets that it was pending. Idempotent; leaves alone what was reopened.
  Task<Result<void>> settle_use(CouponId coupon, CouponUseId use);
  // A settled use is pending again, so that release_use() can take it off. Idempotent, also after it was taken off,
  // until forget_taken_off().
  Task<Result<void>> reopen_use(CouponId coupon, PendingUse use);
  // The use did not happen: takes it off the count if it is pending. One that was reopened after all was over
  // (`was_settled` false) is off the count already and only forgotten. → whether it was pending.
  Task<Result<bool>> release_use(CouponId coupon, CouponUseId use, bool was_settled);
  // Forgets the uses whose way back began before that: whoever stalled for so long is taken to be dead.
  Task<Result<void>> forget_taken_off(CouponId coupon, Timestamp before);

 private:
  // → whether there is something to write.
  using Change = std::function<Result<bool>(CouponWithPending& stored)>;
  Task<Result<void>> change(CouponId coupon, Change change);

  kv::Store& store_;
};

}  // namespace qm::shop
