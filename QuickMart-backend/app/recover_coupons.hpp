#pragma once
#include "QuickMart-backend/app/hold_coupon.hpp"
#include "QuickMart-backend/app/send_events.hpp"

namespace qm::shop {

// Settles what a crash or a stalled process left pending in coupons and campaigns: a use that stands becomes final, one
// that nobody answers for any more is given back and the coupon is usable again. Idempotent, safe beside running calls
// and other processes.
class RecoverCoupons {
 public:
  struct Uses {
    CouponStore& coupons;
    UserCouponStore& held;
    CampaignStore& campaigns;
    HoldCoupon& hold;
    SendEvents& events;
    const Clock& clock;
  };
  explicit RecoverCoupons(Uses uses) : uses_(uses) {}

  Task<Result<int>> run();  // → how many were settled

 private:
  Task<Result<int>> run_coupons();
  Task<Result<int>> run_campaigns();
  Task<Result<bool>> recover(Coupon coupon, PendingUse use);
  Task<Result<bool>> recover_old(Coupon coupon, PendingUse use);
  Task<Result<bool>> recover(CampaignId campaign, ReservedBudget share);
  Task<Result<bool>> give_back(CouponId coupon, CouponUseId use);
  Task<Result<void>> tell(UserId user, Coupon coupon, CouponUseId use);

  Uses uses_;
};

}  // namespace qm::shop
