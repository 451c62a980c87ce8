// Whether coupons may be used by a customer, and what a cart comes to with them. Reads only: what it allows is decided
// by hold_coupon, where each limit is a matter of one record.
#pragma once
#include <string>
#include <vector>

#include "QuickMart-backend/app/hold_coupon.hpp"
#include "QuickMart-backend/domain/pricing.hpp"

namespace qm::shop {

// Thread-safe.
class CheckCoupons {
 public:
  struct Uses {
    CouponStore& coupons;
    UserCouponStore& held;
    CampaignStore& campaigns;
    FirstOrderStore& first_orders;
    OrderStore& orders;
    HoldCoupon& hold;
    const Clock& clock;
  };
  explicit CheckCoupons(Uses uses) : uses_(uses) {}

  // By id or code. NotFound.
  Task<Result<Coupon>> find(std::string id_or_code) { return uses_.coupons.find(std::move(id_or_code)); }
  // What the coupon takes off an order of this total, by all its rules but those about single products; Rejected with
  // the reason otherwise.
  Task<Result<Money>> worth(UserId user, Coupon coupon, Money order_total);
  // Rejected with the reason that lies with the customer: somebody else's, used up, not their first order.
  Task<Result<void>> allows(UserId user, Coupon coupon);
  // The lines with the coupons of these codes, as far as they may be used by the customer; the others are among the
  // refused. Without codes it reads nothing and does not fail.
  Task<Result<PricedCart>> price(UserId user, std::vector<PriceLine> lines, std::vector<std::string> codes);

 private:
  Task<Result<void>> affords(const Coupon& coupon, Money cost);
  Task<Result<std::vector<Coupon>>> allowed(const UserId& user, std::vector<std::string> codes,
                                            std::vector<RefusedCoupon>& refused);
  Task<Result<std::optional<RefusedCoupon>>> over_budget(const PricedCart& priced, const std::vector<Coupon>& coupons);

  Uses uses_;
};

// What a coupon that takes `discount` off an order of this total costs: shipping counts if it pays for that.
Money cost_of(const Coupon& coupon, Money order_total, Money discount);

}  // namespace qm::shop
